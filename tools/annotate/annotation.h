// What is being annotated: names, links, and the points of every shot. Plain values; no window, no file, no undo.
// Called by the editor, and by WorkFile, which reads and writes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kpt/base/geometry.h"
#include "kpt/support_draft.h"

namespace kpt::annotate {

/// The file stores placed points alone; "hidden" says that the user looked and there is nothing to click.
enum class PointState { kOpen, kPlaced, kHidden };

struct Mark {
  PointState state = PointState::kOpen;
  Point2 xy_in_frame;  ///< where it is placed
};

/// A picture, or a frame of a video. Two of them are equal where they show the same.
struct FrameId {
  std::string file;  ///< absolute, with symbolic links resolved
  int frame = -1;    ///< of a video; -1: a still

  static FrameId Of(const std::string &path, int frame);
};
bool operator==(const FrameId &a, const FrameId &b);

struct Shot {
  FrameId id;
  std::string path;  ///< of the picture as the user names it
  std::optional<Box> box;
  std::vector<Mark> marks;  ///< one a keypoint

  int CountPlaced() const;
};

struct Annotation {
  std::string category;
  std::vector<std::string> names;  ///< of the keypoints
  std::vector<Link> skeleton;
  std::vector<Shot> shots;

  /// The frame's shot; null where it has none. Of several (several objects) the first.
  const Shot *Find(const FrameId &id) const;
  Shot *Find(const FrameId &id);
};

/// A keypoint that a shot of the file does not show counts as hidden there.
Annotation FromDraft(const SupportDraft &draft);

/// Shots without a placed point are left out.
SupportDraft ToDraft(const Annotation &annotation);

}  // namespace kpt::annotate
