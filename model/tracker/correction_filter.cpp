#include "correction_filter.h"

#include <algorithm>

namespace kpt {

void CorrectionFilter::Start(const std::vector<Point2> &points_in_frame, bool known) {
  points_ = points_in_frame;
  const double deviation = known ? noise_.known : noise_.found;
  variance_.assign(points_.size(), deviation * deviation);
}

void CorrectionFilter::Predict(const CarriedPoints &carried) {
  points_ = carried.points;
  for (std::size_t i = 0; i < variance_.size(); ++i) {
    const double added = carried.sound[i] ? noise_.sound_flow : noise_.lost_flow;
    variance_[i] = std::min(variance_[i] + added * added, 1.0);
  }
}

void CorrectionFilter::Correct(const Measurements &measurements, double object_side) {
  for (std::size_t i = 0; i < variance_.size(); ++i) {
    const Measurement &m = measurements[i];
    if (m.confidence <= 0) continue;
    const double spread = m.spread / object_side;
    const double variance = (noise_.network * noise_.network + spread * spread) / m.confidence;
    const double gain = variance_[i] / (variance_[i] + variance);
    points_[i].x += static_cast<float>(gain * (m.xy_in_frame.x - points_[i].x));
    points_[i].y += static_cast<float>(gain * (m.xy_in_frame.y - points_[i].y));
    variance_[i] *= 1 - gain;
  }
}

void CorrectionFilter::Replace(const Measurements &measurements) {
  for (std::size_t i = 0; i < points_.size(); ++i) {
    if (measurements[i].confidence > 0) points_[i] = measurements[i].xy_in_frame;
  }
}

}  // namespace kpt
