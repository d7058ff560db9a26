// All that a run of `kpt annotate` knows: the controller changes it, the view draws it. Values only.
#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <string>

#include "editor.h"
#include "frame_list.h"
#include "viewport.h"
#include "work_file.h"

namespace kpt::annotate {

enum class Mode { kPoints, kLinks, kBox };

/// A line of text that is being typed, or a question.
struct Prompt {
  enum class Kind { kNone, kNewKeypoint, kRename, kCategory, kGoTo, kQuit };
  Kind kind = Kind::kNone;
  std::string title;
  std::string text;
  bool untouched = true;           ///< typing replaces what stands there
  std::optional<Point2> place_at;  ///< of a new keypoint, in the frame
};

struct Session {
  Session(Editor edited, FrameList shown, WorkFile kept)
      : editor(std::move(edited)), frames(std::move(shown)), file(std::move(kept)) {}

  Frame Here() const { return frames.At(position); }
  void Say(const std::string &what) {
    message = what;
    is_problem = false;
  }
  void Complain(const std::string &problem) {
    message = problem;
    is_problem = true;
  }

  /// A keypoint's name in quotes, for messages.
  std::string Quoted(int which) const {
    return "'" + editor.annotation().names.at(static_cast<std::size_t>(which)) + "'";
  }

  const Shot *ShotHere() const { return editor.annotation().Find(Here().id); }

  Editor editor;
  FrameList frames;
  WorkFile file;

  Position position;
  cv::Mat picture;  ///< 8-bit BGR, of `position`
  cv::Size window_size{1, 1};
  Viewport viewport;

  Mode mode = Mode::kPoints;
  int keypoint = -1;  ///< the chosen one: the next click places it; -1: there is none
  int hovered = -1;   ///< the keypoint whose point is under the mouse
  int link_from = -1;
  std::optional<Point2> box_from;  ///< a corner of the box that is being drawn, in the frame
  Point2 cursor_in_window;
  bool cursor_on_picture = false;
  Prompt prompt;
  bool help = false;
  bool labels = true;
  std::string message;  ///< what happened last
  bool is_problem = false;
  bool done = false;
  bool drop_unsaved = false;  ///< the user wants to lose what is not saved
};

}  // namespace kpt::annotate
