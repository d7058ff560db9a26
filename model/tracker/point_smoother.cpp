#include "point_smoother.h"

#include <algorithm>
#include <cmath>

namespace kpt {
namespace {

constexpr double kShortestStepS = 1e-3;  ///< two frames with one time stamp
constexpr double kNoiseSpeed = 0.05;     ///< box sides a second: slower flow is as good as noise
constexpr double kVelocityCutoffHz = 1;

}  // namespace

void PointSmoother::Reset() {
  started_ = false;
  for (PointFilter &filter : filters_) filter = {};
}

void PointSmoother::Smooth(const SmoothingStep &step, const OneEuroSettings &settings, std::vector<Point2> *points) {
  if (started_ && step.time_s < last_time_s_) Reset();
  const double dt_s = std::max(step.time_s - last_time_s_, kShortestStepS);
  const double unit = std::max(step.object_side, 1.0);
  for (std::size_t i = 0; i < points->size() && i < filters_.size(); ++i) {
    if (started_ && i < step.motion.size()) filters_[i].Move(step.motion[i], dt_s, unit);
    Point2 &p = (*points)[i];
    p.x = static_cast<float>(filters_[i].x.Filter(p.x, dt_s, unit, settings));
    p.y = static_cast<float>(filters_[i].y.Filter(p.y, dt_s, unit, settings));
  }
  last_time_s_ = step.time_s;
  started_ = true;
}

void PointSmoother::PointFilter::Move(Point2 motion, double dt_s, double unit) {
  const double alpha = LowPassWeight(kVelocityCutoffHz, dt_s);
  speed_x += alpha * (motion.x / (unit * dt_s) - speed_x);
  speed_y += alpha * (motion.y / (unit * dt_s) - speed_y);
  const double energy = speed_x * speed_x + speed_y * speed_y;
  const double share = energy / (energy + kNoiseSpeed * kNoiseSpeed);
  x.Move(share * motion.x);
  y.Move(share * motion.y);
}

}  // namespace kpt
