// Mouse gestures on the picture: placing and dragging points, links, the box, pan and zoom. Called by the controller.
#pragma once

#include "actions.h"
#include "event.h"

namespace kpt::annotate {

class MouseControl {
 public:
  MouseControl(Session *session, Actions *actions) : s_(*session), actions_(*actions) {}

  void Press(const Event &event);
  void Move(const Event &event);
  void Release(const Event &event);
  void Wheel(const Event &event);

  /// Forgets what the button that is down does: a key changed the session under it.
  void Cancel() { gesture_ = Gesture::kNone; }

  /// The mouse may be over another point now, because frame, zoom or points changed.
  void LookAgain();

 private:
  /// What the button that is down does.
  enum class Gesture { kNone, kPlace, kDrag, kPan, kLink, kBox };

  void PressLeft(Point2 in_window);
  void PressWithPoints(Point2 in_window);
  void PressWithLinks();
  void DragPointTo(Point2 in_window);
  void FinishLink();
  void FinishBox(Point2 in_window);
  int PointAt(Point2 in_window) const;
  Point2 NearestInPicture(Point2 in_window) const;

  Session &s_;
  Actions &actions_;
  Gesture gesture_ = Gesture::kNone;
  Button button_ = Button::kLeft;  ///< that began the gesture
  int gesture_number_ = 0;         ///< of drags, so that each is one step to undo
  int dragged_ = -1;               ///< keypoint
  bool moved_ = false;             ///< far enough to be more than a click
  Point2 pressed_at_, last_;       ///< in the window
  Point2 grip_;                    ///< from the mouse to the dragged point, in the window
};

}  // namespace kpt::annotate
