// Similarity transforms of the plane (rotation, uniform scale, shift) and their robust fit to point pairs: what the
// crop, the search and the layout are made of. Plain arithmetic, no library, no random numbers.
#pragma once

#include <vector>

#include "kpt/base/geometry.h"

namespace kpt {

/// (x, y) -> (a x - b y + dx, b x + a y + dy). Named after the spaces it joins: `frame_from_object`.
struct Similarity {
  double a = 1;
  double b = 0;
  double dx = 0;
  double dy = 0;

  static Similarity Make(double scale, double angle_rad, Point2 shift);

  Point2 operator()(Point2 p) const {
    return {static_cast<float>(a * p.x - b * p.y + dx), static_cast<float>(b * p.x + a * p.y + dy)};
  }
  double scale() const;
  double angle_rad() const;  ///< clockwise on the screen, where y points down
  Point2 shift() const { return {static_cast<float>(dx), static_cast<float>(dy)}; }
  Similarity Inverse() const;
};

/// Between two transforms that differ little: `from` at share 0, `to` at 1.
Similarity Between(const Similarity &from, const Similarity &to, double share);

/// First `inner`, then `outer`.
Similarity operator*(const Similarity &outer, const Similarity &inner);

/// Weighted point pairs; a weight of 0 leaves a pair out. The vectors have one length and are borrowed.
struct PointPairs {
  const std::vector<Point2> &from;
  const std::vector<Point2> &to;
  const std::vector<float> &weight;
};

struct RobustFit {
  Similarity transform;
  double explained = 0;  ///< share of the weight that lies within the tolerance
};

/// The transform that explains most weight, refined by least squares on the pairs it explains. `tolerance` is in units
/// of `from`. What too few points leave open (with one: scale and angle; with none: all) is taken from `prior`.
RobustFit FitRobustly(const PointPairs &pairs, double tolerance, const Similarity &prior);

/// Weighted least squares over all pairs (Umeyama's closed form in two dimensions), with the same use of `prior`.
Similarity FitLeastSquares(const PointPairs &pairs, const Similarity &prior);

}  // namespace kpt
