// See eval_score.h.
#include "eval_score.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kpt::tools {

void PointShares::Add(double relative_error) {
  ++count_;
  sum_.at05 += relative_error <= 0.05 ? 1 : 0;
  sum_.at10 += relative_error <= 0.10 ? 1 : 0;
  sum_.at15 += relative_error <= 0.15 ? 1 : 0;
  sum_.at20 += relative_error <= 0.20 ? 1 : 0;
}

train::Pck PointShares::pck() const {
  const auto n = static_cast<double>(std::max<long long>(count_, 1));
  return {sum_.at05 / n, sum_.at10 / n, sum_.at15 / n, sum_.at20 / n};
}

std::vector<bool> Both(std::vector<bool> a, const std::vector<bool> &b) {
  for (std::size_t k = 0; k < a.size(); ++k) a[k] = a[k] && b[k];
  return a;
}

std::vector<double> RelativeErrors(const data::CocoAnnotation &truth, const std::vector<bool> &counts,
                                   const std::vector<train::PredictedPoint> &predicted) {
  const double side = std::max(truth.box.width, truth.box.height);
  std::vector<double> errors;
  for (std::size_t k = 0; k < truth.points.size(); ++k) {
    if (!counts[k]) continue;
    if (k < predicted.size()) {
      const Point2 p = predicted[k].xy, t = truth.points[k];
      errors.push_back(std::hypot(p.x - t.x, p.y - t.y) / side);
    } else {
      errors.push_back(std::numeric_limits<double>::infinity());
    }
  }
  return errors;
}

std::vector<train::ConfidenceSample> ConfidenceSamples(const data::CocoAnnotation &truth,
                                                       const std::vector<bool> &counts,
                                                       const std::vector<train::PredictedPoint> &predicted) {
  const std::vector<double> errors = RelativeErrors(truth, counts, predicted);
  std::vector<train::ConfidenceSample> samples;
  std::size_t counted = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (!counts[k]) continue;
    const double error = errors[counted++];
    if (k < predicted.size()) samples.push_back({predicted[k].confidence, error <= 0.10});
  }
  return samples;
}

}  // namespace kpt::tools
