// Ways from frame to frame and from shot to shot. Called by the controller's parts.
#pragma once

#include "session.h"

namespace kpt::annotate {

class Navigator {
 public:
  /// `progress` is asked while a far frame is decoded.
  Navigator(Session *session, Progress progress) : s_(*session), progress_(std::move(progress)) {}

  // A frame that cannot be read is said, and the session stays where it is.
  void GoTo(Position wanted);
  void Step(int steps);

  /// The next shot (1) or the one before (-1), in the order of the frames, not in that of the file.
  void GoToShot(int direction);

  /// Gives the frame the points of the shot that is nearest in the same source.
  void CopyNearestShot();

 private:
  template <typename Go>
  bool Arrive(const Go &go);
  void Show(Position position);

  Session &s_;
  Progress progress_;
};

}  // namespace kpt::annotate
