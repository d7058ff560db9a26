// Smoothing of an instance's points on the clock of the frames. What optical flow explains of their motion passes
// without delay, and the rest is filtered: a filter of the places themselves lags behind an object that turns or runs.
// Between the filter of one number (one_euro_filter.h) and the track (instance_track.h); knows neither frames nor
// networks.
#pragma once

#include <vector>

#include "kpt/base/geometry.h"
#include "one_euro_filter.h"

namespace kpt {

/// What the smoother has to know of a frame.
struct SmoothingStep {
  double time_s = 0;
  double object_side = 1;             ///< the box's longer side in pixels
  const std::vector<Point2> &motion;  ///< of each point since the last frame, by flow; empty: not known
};

class PointSmoother {
 public:
  void SetKeypoints(std::size_t count) { filters_.assign(count, {}); }

  /// The next frame begins to follow the raw points again, without memory.
  void Reset();

  /// `points` smoothed in place. `beta` is a figure per box side a second. Time that stands still keeps the last
  /// result's clock; time that runs backward resets.
  void Smooth(const SmoothingStep &step, const OneEuroSettings &settings, std::vector<Point2> *points);

 private:
  struct PointFilter {
    /// Both filters go along with the motion, as far as it is more than noise.
    void Move(Point2 motion, double dt_s, double unit);

    OneEuroFilter x, y;
    double speed_x = 0, speed_y = 0;  ///< box sides a second, low-passed
  };
  std::vector<PointFilter> filters_;
  double last_time_s_ = 0;
  bool started_ = false;
};

}  // namespace kpt
