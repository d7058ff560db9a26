#include "correction_filter.h"

#include <algorithm>
#include <cmath>

namespace kpt {

CorrectionFilter::Noise CorrectionFilter::NoiseFor(double typical_error) {
  Noise noise;
  noise.network = std::clamp(0.8 * typical_error, 0.015, 0.06);
  noise.lasting = std::clamp(typical_error, 0.015, 0.08);
  return noise;
}

void CorrectionFilter::Start(const std::vector<Point2> &points_in_frame, bool known) {
  points_ = points_in_frame;
  const double deviation = known ? noise_.known : noise_.found;
  beliefs_.assign(points_.size(), {deviation * deviation, noise_.lasting * noise_.lasting, 0, 0, 0});
}

void CorrectionFilter::Continue(const CorrectionFilter &before) {
  points_ = before.points_;
  beliefs_.resize(points_.size());
  for (std::size_t i = 0; i < beliefs_.size(); ++i) {
    beliefs_[i] = {before.beliefs_[i].variance, noise_.lasting * noise_.lasting, 0, 0, 0};
  }
}

void CorrectionFilter::Predict(const CarriedPoints &carried, double object_side) {
  for (std::size_t i = 0; i < beliefs_.size(); ++i) {
    Belief &b = beliefs_[i];
    const Point2 from = points_[i], to = carried.points[i];
    const double motion = std::hypot(to.x - from.x, to.y - from.y) / object_side;
    const bool covered = !carried.covered.empty() && carried.covered[i];
    const double unsound = covered ? noise_.covered : noise_.lost_flow;
    const double added = carried.sound[i] ? noise_.sound_flow + noise_.flow_slip * motion : unsound;
    const double keeps = std::exp(-1 / noise_.lasts_frames - motion / noise_.lasts_motion);
    b.variance = std::min(b.variance + added * added, 1.0);
    b.covariance *= keeps;
    b.lasting_variance = keeps * keeps * b.lasting_variance + (1 - keeps * keeps) * noise_.lasting * noise_.lasting;
    b.lasting_x *= keeps;
    b.lasting_y *= keeps;
  }
  points_ = carried.points;
}

void CorrectionFilter::Correct(const Measurements &measurements, const Similarity &frame_from_object,
                               const ObjectLayout &layout) {
  const Similarity turn{frame_from_object.a, frame_from_object.b, 0, 0};  // object space to pixels, without the shift
  const Similarity back = turn.Inverse();
  for (std::size_t i = 0; i < beliefs_.size(); ++i) {
    const Measurement &m = measurements[i];
    if (m.confidence <= 0) continue;
    Belief &b = beliefs_[i];
    const double spread = m.spread / turn.scale();
    const Point2 place = frame_from_object(layout.points[i]);
    const double distance = std::hypot(m.xy_in_frame.x - place.x, m.xy_in_frame.y - place.y) / turn.scale();
    const double off = noise_.far_off * layout.steady[i] * distance;
    const double noise = (noise_.network * noise_.network + spread * spread + off * off) / m.confidence;
    Point2 surprise = back({m.xy_in_frame.x - points_[i].x, m.xy_in_frame.y - points_[i].y});
    surprise.x -= static_cast<float>(b.lasting_x);
    surprise.y -= static_cast<float>(b.lasting_y);
    double surprise_variance = b.variance + 2 * b.covariance + b.lasting_variance + noise;
    // A sure answer that is further off than all this allows: flow went astray without a sign.
    const double most = noise_.largest_surprise * noise_.largest_surprise;
    const double length = std::hypot(surprise.x, surprise.y);
    const double size = length * length / 2;  // of the variance of one axis
    if (m.confidence >= noise_.sure && size > most * surprise_variance) {
      b.variance += size / most - surprise_variance;
      surprise_variance = size / most;
    }
    const double gain = (b.variance + b.covariance) / surprise_variance;
    const double lasting_gain = (b.covariance + b.lasting_variance) / surprise_variance;
    b.lasting_x += lasting_gain * surprise.x;
    b.lasting_y += lasting_gain * surprise.y;
    const Point2 change = turn(surprise);
    points_[i].x += static_cast<float>(gain * change.x);
    points_[i].y += static_cast<float>(gain * change.y);

    b.variance -= gain * (b.variance + b.covariance);
    const double covariance = b.covariance;
    b.covariance -= gain * (covariance + b.lasting_variance);
    b.lasting_variance -= lasting_gain * (covariance + b.lasting_variance);
  }
}

void CorrectionFilter::Replace(const Measurements &measurements) {
  for (std::size_t i = 0; i < points_.size(); ++i) {
    if (measurements[i].confidence > 0) points_[i] = measurements[i].xy_in_frame;
  }
}

}  // namespace kpt
