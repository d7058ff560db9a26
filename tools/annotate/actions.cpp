// See actions.h.
#include "actions.h"

#include <algorithm>

namespace kpt::annotate {
namespace {

constexpr float kZoomStep = 1.25F;

}  // namespace

void Actions::Do(Action action) {
  switch (action) {
    case Action::kNone:
      return;
    case Action::kNextFrame:
      return navigator_.Step(1);
    case Action::kPreviousFrame:
      return navigator_.Step(-1);
    case Action::kForward10:
      return navigator_.Step(10);
    case Action::kBack10:
      return navigator_.Step(-10);
    case Action::kForward100:
      return navigator_.Step(100);
    case Action::kBack100:
      return navigator_.Step(-100);
    case Action::kFirstFrame:
      return navigator_.GoTo({s_.position.source, 0});
    case Action::kLastFrame:
      return navigator_.GoTo({s_.position.source, FrameList::kFarAway});
    case Action::kGoTo:
      return AskForFrame();
    case Action::kNextShot:
      return navigator_.GoToShot(1);
    case Action::kPreviousShot:
      return navigator_.GoToShot(-1);
    case Action::kNextKeypoint:
      return Choose(s_.keypoint + 1);
    case Action::kPreviousKeypoint:
      return Choose(s_.keypoint - 1);
    case Action::kHide:
      return HasChosen() ? Hide(s_.keypoint) : void();
    case Action::kErase:
      return Erase();
    case Action::kEraseShot:
      return EraseShot();
    case Action::kCopyShot:
      return navigator_.CopyNearestShot();
    case Action::kNudgeLeft:
      return Nudge(-1, 0);
    case Action::kNudgeRight:
      return Nudge(1, 0);
    case Action::kNudgeUp:
      return Nudge(0, -1);
    case Action::kNudgeDown:
      return Nudge(0, 1);
    case Action::kNewKeypoint:
      return AskForNewKeypoint({});
    case Action::kRename:
      return AskToRename();
    case Action::kRemoveKeypoint:
      return RemoveKeypoint();
    case Action::kCategory:
      return Ask(Prompt::Kind::kCategory, "Category", s_.editor.annotation().category);
    case Action::kLinks:
      return Switch(Mode::kLinks);
    case Action::kBox:
      return Switch(Mode::kBox);
    case Action::kZoomIn:
      return s_.viewport.ZoomAt(s_.viewport.AreaCentre(), kZoomStep);
    case Action::kZoomOut:
      return s_.viewport.ZoomAt(s_.viewport.AreaCentre(), 1 / kZoomStep);
    case Action::kFit:
      return s_.viewport.Fit();
    case Action::kLabels:
      s_.labels = !s_.labels;
      return;
    case Action::kUndo:
      return TakeBack(false);
    case Action::kRedo:
      return TakeBack(true);
    case Action::kSave:
      Save();
      return;
    case Action::kHelp:
      s_.help = true;
      return;
    case Action::kEscape:
      return Escape();
    case Action::kQuit:
      return Quit();
  }
}

bool Actions::HasChosen() {
  if (s_.keypoint < 0) s_.Complain("There is no keypoint yet: N names one.");
  return s_.keypoint >= 0;
}

// ---- points ----

void Actions::Choose(int keypoint) {
  const int count = s_.editor.KeypointCount();
  s_.keypoint = count == 0 ? -1 : (keypoint + count) % count;
}

void Actions::ChooseNextOpen() {
  const int open = s_.editor.NextOpen(s_.Here().id, s_.keypoint + 1);
  if (open >= 0) s_.keypoint = open;
}

void Actions::Place(int keypoint, Point2 xy_in_frame, int gesture) {
  s_.editor.Place(s_.Here(), keypoint, xy_in_frame, gesture);
}

void Actions::Hide(int keypoint) {
  s_.editor.Hide(s_.Here(), keypoint);
  s_.Say(s_.Quoted(keypoint) + " is not visible here.");
  s_.keypoint = keypoint;
  ChooseNextOpen();
}

void Actions::Erase() {
  if (HasChosen()) s_.editor.Erase(s_.Here(), s_.keypoint);
}

void Actions::EraseShot() {
  s_.editor.EraseShot(s_.Here());
  s_.keypoint = s_.editor.NextOpen(s_.Here().id, 0);
}

void Actions::Nudge(float dx, float dy) {
  if (!HasChosen()) return;
  const Mark mark = s_.editor.MarkAt(s_.Here().id, s_.keypoint);
  if (mark.state != PointState::kPlaced) return s_.Complain(s_.Quoted(s_.keypoint) + " has no point here to move.");
  const Point2 moved{mark.xy_in_frame.x + dx, mark.xy_in_frame.y + dy};
  if (s_.viewport.Holds(moved)) Place(s_.keypoint, moved, 0);
}

// ---- names, links, box ----

void Actions::Ask(Prompt::Kind kind, const std::string &title, const std::string &text) {
  s_.prompt = {kind, title, text, true, {}};
}

void Actions::AskForNewKeypoint(std::optional<Point2> place_at) {
  Ask(Prompt::Kind::kNewKeypoint, "Name of the new keypoint", "");
  s_.prompt.place_at = place_at;
}

void Actions::AskToRename() {
  if (!HasChosen()) return;
  const std::string name = s_.editor.annotation().names.at(static_cast<std::size_t>(s_.keypoint));
  Ask(Prompt::Kind::kRename, "New name of " + s_.Quoted(s_.keypoint), name);
}

void Actions::AskForFrame() {
  const bool video = s_.frames.IsVideo(s_.position.source);
  Ask(Prompt::Kind::kGoTo, video ? "Frame, counted from 0" : "Picture, counted from 1",
      std::to_string(s_.position.index + (video ? 0 : 1)));
}

void Actions::RemoveKeypoint() {
  if (!HasChosen()) return;
  s_.Say("Removed " + s_.Quoted(s_.keypoint) + " everywhere; Ctrl+Z brings it back.");
  s_.editor.RemoveKeypoint(s_.keypoint);
  s_.hovered = s_.link_from = -1;
  s_.keypoint = std::min(s_.keypoint, s_.editor.KeypointCount() - 1);
}

void Actions::Switch(Mode mode) {
  s_.mode = s_.mode == mode ? Mode::kPoints : mode;
  s_.link_from = -1;
  s_.box_from.reset();
}

// ---- undo, file ----

void Actions::TakeBack(bool redo) {
  std::optional<FrameId> where;
  if (!(redo ? s_.editor.Redo(&where) : s_.editor.Undo(&where))) {
    return s_.Say(redo ? "There is nothing to redo." : "There is nothing to undo.");
  }
  s_.hovered = s_.link_from = -1;
  Position there;
  if (where && s_.frames.Find(*where, &there) && !(there == s_.position)) navigator_.GoTo(there);
  s_.keypoint = std::min(std::max(s_.keypoint, 0), s_.editor.KeypointCount() - 1);
  const int open = s_.editor.NextOpen(s_.Here().id, 0);
  if (open >= 0) s_.keypoint = open;
  s_.Say(redo ? "Done again." : "Undone.");
}

bool Actions::Save() {
  if (s_.editor.annotation().names.empty()) {
    s_.Complain("There is nothing to save: N names a keypoint, a click places it.");
    return false;
  }
  try {
    s_.file.Save(&s_.editor);
    s_.Say("Saved " + s_.file.path() + ".");
    return true;
  } catch (const std::exception &error) {
    s_.Complain(error.what());
    return false;
  }
}

void Actions::Quit() {
  if (s_.editor.is_saved()) {
    s_.done = true;
  } else {
    Ask(Prompt::Kind::kQuit, "There is unsaved work", "");
  }
}

void Actions::Escape() {
  if (s_.link_from >= 0 || s_.box_from) {
    s_.link_from = -1;
    s_.box_from.reset();
  } else if (s_.mode != Mode::kPoints) {
    s_.mode = Mode::kPoints;
  } else {
    Quit();
  }
}

}  // namespace kpt::annotate
