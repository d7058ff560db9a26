#include "similarity.h"

#include <cmath>
#include <cstdint>

namespace kpt {
namespace {

constexpr std::size_t kMaxHypotheses = 400;

double SquaredDistance(Point2 p, Point2 q) {
  const double x = static_cast<double>(p.x) - q.x;
  const double y = static_cast<double>(p.y) - q.y;
  return x * x + y * y;
}

/// Moments of the weighted pairs for which `included` holds.
template <typename Included>
Similarity LeastSquares(const PointPairs &pairs, const Similarity &prior, const Included &included) {
  double total = 0, fx = 0, fy = 0, tx = 0, ty = 0;
  for (std::size_t i = 0; i < pairs.from.size(); ++i) {
    if (pairs.weight[i] <= 0 || !included(i)) continue;
    const double w = pairs.weight[i];
    total += w;
    fx += w * pairs.from[i].x;
    fy += w * pairs.from[i].y;
    tx += w * pairs.to[i].x;
    ty += w * pairs.to[i].y;
  }
  if (total <= 0) return prior;
  fx /= total, fy /= total, tx /= total, ty /= total;
  double variance = 0, dot = 0, cross = 0;
  for (std::size_t i = 0; i < pairs.from.size(); ++i) {
    if (pairs.weight[i] <= 0 || !included(i)) continue;
    const double w = pairs.weight[i];
    const double px = pairs.from[i].x - fx, py = pairs.from[i].y - fy;
    const double qx = pairs.to[i].x - tx, qy = pairs.to[i].y - ty;
    variance += w * (px * px + py * py);
    dot += w * (px * qx + py * qy);
    cross += w * (px * qy - py * qx);
  }
  Similarity fit = prior;
  const bool spread_out = variance > 1e-9 * total && dot * dot + cross * cross > 1e-18 * total * total;
  if (spread_out) {
    fit.a = dot / variance;
    fit.b = cross / variance;
  }
  fit.dx = tx - (fit.a * fx - fit.b * fy);
  fit.dy = ty - (fit.b * fx + fit.a * fy);
  return fit;
}

/// How well a transform explains the pairs: each counts by its weight, less the nearer it is to the tolerance (MSAC).
double Support(const PointPairs &pairs, const Similarity &transform, double squared_tolerance) {
  double support = 0;
  for (std::size_t i = 0; i < pairs.from.size(); ++i) {
    if (pairs.weight[i] <= 0) continue;
    const double d = SquaredDistance(transform(pairs.from[i]), pairs.to[i]);
    if (d < squared_tolerance) support += pairs.weight[i] * (1 - d / squared_tolerance);
  }
  return support;
}

/// The transform that maps two pairs exactly.
Similarity FromTwoPairs(Point2 p1, Point2 p2, Point2 q1, Point2 q2) {
  const double px = p2.x - p1.x, py = p2.y - p1.y, qx = q2.x - q1.x, qy = q2.y - q1.y;
  const double n = px * px + py * py;
  Similarity t;
  t.a = (px * qx + py * qy) / n;
  t.b = (px * qy - py * qx) / n;
  t.dx = q1.x - (t.a * p1.x - t.b * p1.y);
  t.dy = q1.y - (t.b * p1.x + t.a * p1.y);
  return t;
}

double SquaredTolerance(double tolerance, const Similarity &t) {
  return tolerance * tolerance * (t.a * t.a + t.b * t.b);
}

}  // namespace

Similarity Similarity::Make(double scale, double angle_rad, Point2 shift) {
  return {scale * std::cos(angle_rad), scale * std::sin(angle_rad), shift.x, shift.y};
}

double Similarity::scale() const { return std::hypot(a, b); }
double Similarity::angle_rad() const { return std::atan2(b, a); }

Similarity Similarity::Inverse() const {
  const double n = a * a + b * b;
  Similarity inverse;
  inverse.a = a / n;
  inverse.b = -b / n;
  inverse.dx = -(inverse.a * dx - inverse.b * dy);
  inverse.dy = -(inverse.b * dx + inverse.a * dy);
  return inverse;
}

Similarity Between(const Similarity &from, const Similarity &to, double share) {
  const auto mix = [share](double a, double b) { return a + share * (b - a); };
  return {mix(from.a, to.a), mix(from.b, to.b), mix(from.dx, to.dx), mix(from.dy, to.dy)};
}

Similarity operator*(const Similarity &outer, const Similarity &inner) {
  return {outer.a * inner.a - outer.b * inner.b, outer.b * inner.a + outer.a * inner.b,
          outer.a * inner.dx - outer.b * inner.dy + outer.dx, outer.b * inner.dx + outer.a * inner.dy + outer.dy};
}

Similarity FitLeastSquares(const PointPairs &pairs, const Similarity &prior) {
  return LeastSquares(pairs, prior, [](std::size_t) { return true; });
}

RobustFit FitRobustly(const PointPairs &pairs, double tolerance, const Similarity &prior) {
  const std::size_t n = pairs.from.size();
  double total = 0;
  for (const float w : pairs.weight) total += w > 0 ? w : 0;
  RobustFit best{FitLeastSquares(pairs, prior), 0};
  if (total <= 0) return best;
  double best_support = Support(pairs, best.transform, SquaredTolerance(tolerance, best.transform));

  // Every pair of points is a hypothesis; of many points an even share of the pairs, always the same one.
  const std::size_t combinations = n * (n - 1) / 2;
  const std::size_t stride = 1 + combinations / kMaxHypotheses;
  std::size_t index = 0;
  for (std::size_t i = 0; i + 1 < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j, ++index) {
      if (index % stride != 0 || pairs.weight[i] <= 0 || pairs.weight[j] <= 0) continue;
      // Two points nearer to each other than the tolerance say nothing of angle and scale.
      if (SquaredDistance(pairs.from[i], pairs.from[j]) < tolerance * tolerance) continue;
      const Similarity t = FromTwoPairs(pairs.from[i], pairs.from[j], pairs.to[i], pairs.to[j]);
      const double support = Support(pairs, t, SquaredTolerance(tolerance, t));
      if (support > best_support) best_support = support, best.transform = t;
    }
  }

  for (int round = 0; round < 2; ++round) {
    const Similarity current = best.transform;
    const double limit = SquaredTolerance(tolerance, current);
    const auto explained = [&](std::size_t i) { return SquaredDistance(current(pairs.from[i]), pairs.to[i]) < limit; };
    const Similarity refined = LeastSquares(pairs, current, explained);
    const double support = Support(pairs, refined, SquaredTolerance(tolerance, refined));
    if (support < best_support) break;
    best_support = support;
    best.transform = refined;
  }
  const double limit = SquaredTolerance(tolerance, best.transform);
  for (std::size_t i = 0; i < n; ++i) {
    if (pairs.weight[i] > 0 && SquaredDistance(best.transform(pairs.from[i]), pairs.to[i]) < limit) {
      best.explained += pairs.weight[i] / total;
    }
  }
  return best;
}

}  // namespace kpt
