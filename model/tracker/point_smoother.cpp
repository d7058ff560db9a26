#include "point_smoother.h"

#include <algorithm>

namespace kpt {

void PointSmoother::Reset() {
  started_ = false;
  for (auto &filter : filters_) filter.x.Reset(), filter.y.Reset();
}

void PointSmoother::Smooth(double time_s, double object_side, const OneEuroSettings &settings,
                           std::vector<Point2> *points) {
  constexpr double kShortestStepS = 1e-3;  // two frames with one time stamp
  if (started_ && time_s < last_time_s_) Reset();
  const double dt_s = std::max(time_s - last_time_s_, kShortestStepS);
  const double unit = std::max(object_side, 1.0);
  for (std::size_t i = 0; i < points->size() && i < filters_.size(); ++i) {
    Point2 &p = (*points)[i];
    p.x = static_cast<float>(filters_[i].x.Filter(p.x, dt_s, unit, settings));
    p.y = static_cast<float>(filters_[i].y.Filter(p.y, dt_s, unit, settings));
  }
  last_time_s_ = time_s;
  started_ = true;
}

}  // namespace kpt
