#include "one_euro_filter.h"

#include <cmath>

namespace kpt {

double LowPassWeight(double cutoff_hz, double dt_s) {
  constexpr double kTwoPi = 6.283185307179586;
  const double r = kTwoPi * cutoff_hz * dt_s;
  return r / (r + 1);
}

double OneEuroFilter::Filter(double value, double dt_s, double unit, const OneEuroSettings &settings) {
  if (!started_) {
    started_ = true;
    raw_ = value_ = value;
    derivative_ = 0;
    return value;
  }
  const double speed = (value - raw_) / (unit * dt_s);
  derivative_ += LowPassWeight(settings.derivative_cutoff_hz, dt_s) * (speed - derivative_);
  const double cutoff = settings.min_cutoff_hz + settings.beta * std::abs(derivative_);
  value_ += LowPassWeight(cutoff, dt_s) * (value - value_);
  raw_ = value;
  return value_;
}

}  // namespace kpt
