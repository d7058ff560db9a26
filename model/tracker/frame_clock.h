// The time of each frame in seconds: its pts, or where it has none the last time plus a duration. Header only; called
// by tracker.cpp.
#pragma once

#include "kpt/tracker.h"

namespace kpt {

class FrameClock {
 public:
  void Advance(const FrameView &frame) {
    constexpr double kDefaultDurationS = 1.0 / 30;
    const double duration_s = frame.duration_ns && *frame.duration_ns > 0
                                  ? 1e-9 * static_cast<double>(*frame.duration_ns)
                                  : kDefaultDurationS;
    time_s_ = frame.pts_ns ? 1e-9 * static_cast<double>(*frame.pts_ns) : started_ ? time_s_ + last_duration_s_ : 0;
    last_duration_s_ = duration_s;
    started_ = true;
  }
  void Reset() { *this = {}; }
  double time_s() const { return time_s_; }

 private:
  double time_s_ = 0;
  double last_duration_s_ = 0;
  bool started_ = false;
};

}  // namespace kpt
