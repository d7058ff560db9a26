// Smoothing of an instance's points on the clock of the frames. Between the filter of one number (one_euro_filter.h) and
// the track (instance_track.h); knows neither frames nor networks.
#pragma once

#include <vector>

#include "kpt/base/geometry.h"
#include "one_euro_filter.h"

namespace kpt {

class PointSmoother {
 public:
  void SetKeypoints(std::size_t count) { filters_.assign(count, {}); }

  /// The next frame begins to follow the raw points again, without memory.
  void Reset();

  /// `points` smoothed in place. `time_s` is the frame's; `object_side` the box's longer side in pixels, which makes
  /// `beta` a figure per box side a second. Time that stands still keeps the last result's clock; time that runs
  /// backward resets.
  void Smooth(double time_s, double object_side, const OneEuroSettings &settings, std::vector<Point2> *points);

 private:
  struct PointFilter {
    OneEuroFilter x, y;
  };
  std::vector<PointFilter> filters_;
  double last_time_s_ = 0;
  bool started_ = false;
};

}  // namespace kpt
