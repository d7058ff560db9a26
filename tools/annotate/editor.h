// Changes an annotation, one undoable step at a time. Knows no window and no file. Called by the controller.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "annotation.h"

namespace kpt::annotate {

/// The frame that a change happens in.
struct Frame {
  FrameId id;
  std::string path;  ///< as the user names it
};

class Editor {
 public:
  explicit Editor(Annotation annotation);

  const Annotation &annotation() const noexcept { return now_.annotation; }
  int KeypointCount() const { return static_cast<int>(annotation().names.size()); }

  /// A keypoint's mark in a frame; open where the frame is no shot.
  Mark MarkAt(const FrameId &id, int keypoint) const;

  /// The next keypoint from `first` on, around the end, that is open in the frame; -1: none.
  int NextOpen(const FrameId &id, int first) const;

  /// Puts a point. Changes of one `gesture` (above 0: a drag) are one step. Coordinates are rounded to hundredths.
  void Place(const Frame &frame, int keypoint, Point2 xy, int gesture = 0);
  void Hide(const Frame &frame, int keypoint);
  void Erase(const Frame &frame, int keypoint);

  /// No box: it is made from the points when the file is read.
  void SetBox(const Frame &frame, std::optional<Box> box);

  /// Removes all of the frame's points.
  void EraseShot(const Frame &frame);

  /// Gives the frame the points of another, as a start to drag from.
  void CopyShot(const Frame &to, const FrameId &from);

  // These give what is wrong, as a sentence for the user; empty: done.
  std::string AddKeypoint(const std::string &name);
  std::string RenameKeypoint(int keypoint, const std::string &name);
  std::string SetCategory(const std::string &name);

  /// Removes it from the names, the skeleton and every shot.
  void RemoveKeypoint(int keypoint);

  /// Adds the link, or removes it where it is there.
  void ToggleLink(int from, int to);

  /// Takes what another run left, as one step.
  void Restore(Annotation annotation);

  /// Undoes or redoes a step and gives the frame that it changed, if it changed one; false: there is none.
  bool Undo(std::optional<FrameId> *where);
  bool Redo(std::optional<FrameId> *where);

  bool is_saved() const noexcept { return now_.number == saved_number_; }
  void MarkSaved() noexcept { saved_number_ = now_.number; }

  /// Above 0; changes with every state, and comes back with it.
  int state_number() const noexcept { return now_.number; }

 private:
  struct State {
    Annotation annotation;
    int number = 0;
    std::optional<FrameId> where;  ///< that the step which led here changed
  };

  Annotation &Change(std::optional<FrameId> where, int gesture = 0);
  Shot &ShotToChange(const Frame &frame, int gesture = 0);
  void DropEmptyShots();
  void Exchange(std::vector<State> *from, std::vector<State> *to);
  std::string ProblemWithName(const std::string &name, int except) const;

  State now_;
  std::vector<State> past_, future_;
  int last_number_ = 1;
  int saved_number_ = 1;
  int last_gesture_ = 0;
};

}  // namespace kpt::annotate
