// See mouse_control.h.
#include "mouse_control.h"

#include <algorithm>
#include <cmath>

#include "layout.h"

namespace kpt::annotate {
namespace {

constexpr float kReach = 9;          ///< window pixels around a point in which it is hit
constexpr float kClickReach = 3;     ///< window pixels that the hand may shake in a click
constexpr float kWheelZoom = 1.25F;  ///< a notch
constexpr float kMostNotches = 8;    ///< that count at once
constexpr float kSmallestBox = 2;    ///< picture pixels, the longer side

float Distance(Point2 a, Point2 b) { return std::hypot(a.x - b.x, a.y - b.y); }

}  // namespace

Point2 MouseControl::NearestInPicture(Point2 in_window) const {
  const Point2 p = s_.viewport.FrameFromWindow(in_window);
  return {std::clamp(p.x, 0.0F, static_cast<float>(s_.picture.cols - 1)),
          std::clamp(p.y, 0.0F, static_cast<float>(s_.picture.rows - 1))};
}

/// The keypoint whose point is hit; the nearest, and of equals the chosen one. -1: none.
int MouseControl::PointAt(Point2 in_window) const {
  const Shot *shot = s_.ShotHere();
  int best = -1;
  float best_distance = kReach;
  for (int i = 0; shot != nullptr && i < s_.editor.KeypointCount(); ++i) {
    const Mark &mark = shot->marks.at(static_cast<std::size_t>(i));
    if (mark.state != PointState::kPlaced) continue;
    const float distance = Distance(s_.viewport.WindowFromFrame(mark.xy_in_frame), in_window);
    if (distance < best_distance || (distance == best_distance && i == s_.keypoint)) best = i, best_distance = distance;
  }
  return best;
}

void MouseControl::LookAgain() {
  s_.cursor_on_picture = Holds(s_.viewport.area(), s_.cursor_in_window);
  s_.hovered = s_.cursor_on_picture ? PointAt(s_.cursor_in_window) : -1;
}

void MouseControl::Press(const Event &event) {
  if (gesture_ != Gesture::kNone || !Holds(s_.viewport.area(), event.xy_in_window)) return;
  s_.cursor_in_window = pressed_at_ = last_ = event.xy_in_window;
  button_ = event.button;
  moved_ = false;
  LookAgain();
  if (event.button == Button::kLeft) return PressLeft(event.xy_in_window);
  gesture_ = Gesture::kPan;
}

void MouseControl::PressLeft(Point2 in_window) {
  switch (s_.mode) {
    case Mode::kPoints:
      return PressWithPoints(in_window);
    case Mode::kLinks:
      return PressWithLinks();
    case Mode::kBox:
      s_.box_from = NearestInPicture(in_window);
      gesture_ = Gesture::kBox;
  }
}

void MouseControl::PressWithPoints(Point2 in_window) {
  if (s_.hovered >= 0) {
    dragged_ = s_.keypoint = s_.hovered;
    const Point2 at = s_.viewport.WindowFromFrame(s_.editor.MarkAt(s_.Here().id, dragged_).xy_in_frame);
    grip_ = {at.x - in_window.x, at.y - in_window.y};
    gesture_ = Gesture::kDrag;
    ++gesture_number_;
    return;
  }
  const Point2 xy = s_.viewport.FrameFromWindow(in_window);
  if (!s_.viewport.Holds(xy)) return s_.Say("Points lie in the picture.");
  if (s_.editor.KeypointCount() == 0) return actions_.AskForNewKeypoint(xy);
  const bool chosen_is_free = s_.editor.MarkAt(s_.Here().id, s_.keypoint).state != PointState::kPlaced;
  const int keypoint = chosen_is_free ? s_.keypoint : s_.editor.NextOpen(s_.Here().id, s_.keypoint);
  if (keypoint < 0) return s_.Say("All points are placed: drag one to move it, or N names another.");
  s_.keypoint = dragged_ = keypoint;
  grip_ = {};
  gesture_ = Gesture::kPlace;
  actions_.Place(keypoint, xy, ++gesture_number_);
}

void MouseControl::PressWithLinks() {
  if (s_.hovered < 0) {
    s_.link_from = -1;
    return s_.Say("A link goes from point to point.");
  }
  if (s_.link_from >= 0) return FinishLink();  // the second of two clicks
  s_.link_from = s_.hovered;
  gesture_ = Gesture::kLink;
}

void MouseControl::Move(const Event &event) {
  const Point2 at = event.xy_in_window;
  s_.cursor_in_window = at;
  if (gesture_ != Gesture::kNone) moved_ = moved_ || Distance(at, pressed_at_) > kClickReach;
  if (moved_ && gesture_ == Gesture::kPan) s_.viewport.Pan(at.x - last_.x, at.y - last_.y);
  if (moved_ && (gesture_ == Gesture::kPlace || gesture_ == Gesture::kDrag)) DragPointTo(at);
  if (moved_ || gesture_ != Gesture::kPan) last_ = at;
  LookAgain();
}

void MouseControl::DragPointTo(Point2 in_window) {
  actions_.Place(dragged_, NearestInPicture({in_window.x + grip_.x, in_window.y + grip_.y}), gesture_number_);
}

void MouseControl::Release(const Event &event) {
  if (gesture_ == Gesture::kNone || event.button != button_) return;
  Move(event);
  const Gesture finished = gesture_;
  gesture_ = Gesture::kNone;
  switch (finished) {
    case Gesture::kPlace:
      actions_.ChooseNextOpen();
      break;
    case Gesture::kLink:
      if (moved_) FinishLink();
      break;
    case Gesture::kBox:
      FinishBox(event.xy_in_window);
      break;
    case Gesture::kPan:
      if (!moved_ && button_ == Button::kRight && s_.hovered >= 0) actions_.Hide(s_.hovered);
      break;
    case Gesture::kNone:
    case Gesture::kDrag:
      break;
  }
  LookAgain();
}

void MouseControl::FinishLink() {
  const int from = s_.link_from, to = s_.hovered;
  s_.link_from = -1;
  if (to < 0 || to == from) return;
  const std::size_t before = s_.editor.annotation().skeleton.size();
  s_.editor.ToggleLink(from, to);
  const bool added = s_.editor.annotation().skeleton.size() > before;
  s_.Say((added ? "Linked " : "No link any more between ") + s_.Quoted(from) + " and " + s_.Quoted(to) + ".");
}

void MouseControl::FinishBox(Point2 in_window) {
  if (!s_.box_from) return;  // Esc, while the button was down
  const Box box = Spanned(*s_.box_from, NearestInPicture(in_window));
  s_.box_from.reset();
  s_.mode = Mode::kPoints;
  const bool has_size =
      moved_ && std::min(box.width, box.height) > 0 && std::max(box.width, box.height) >= kSmallestBox;
  const Shot *shot = s_.ShotHere();
  if (!has_size && (shot == nullptr || !shot->box)) return;
  s_.editor.SetBox(s_.Here(), has_size ? std::optional(box) : std::nullopt);
  if (!has_size) s_.Say("No box any more: it will be made from the points.");
}

void MouseControl::Wheel(const Event &event) {
  if (!Holds(s_.viewport.area(), event.xy_in_window)) return;
  s_.cursor_in_window = event.xy_in_window;
  s_.viewport.ZoomAt(event.xy_in_window, std::pow(kWheelZoom, std::clamp(event.notches, -kMostNotches, kMostNotches)));
  LookAgain();
}

}  // namespace kpt::annotate
