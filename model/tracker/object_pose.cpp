#include "object_pose.h"

#include <algorithm>
#include <cmath>

#include "similarity.h"

namespace kpt {
namespace {

// Each makes another pose. Measured on clips: docs/tracking.md.
constexpr double kShape = 0.03;                    ///< mean distance of points laid over each other, in box sides
constexpr double kTurn = 0.25 * 3.14159265358979;  ///< radians
const double kSize = std::log(2.0);                ///< logarithm of a factor

}  // namespace

double Difference(const ObjectPose &from, const ObjectPose &to) {
  std::vector<float> weight(from.points.size());
  for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = from.visible[i] && to.visible[i] ? 1.0F : 0.0F;
  const auto common = std::count(weight.begin(), weight.end(), 1.0F);
  if (common < 2) return 0;
  const Similarity to_from_from = FitLeastSquares({from.points, to.points, weight}, {});
  double sum = 0;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    if (weight[i] == 0) continue;
    const Point2 laid = to_from_from(from.points[i]);
    sum += std::hypot(laid.x - to.points[i].x, laid.y - to.points[i].y);
  }
  const double shape = sum / static_cast<double>(common) / to.side;
  const double size = to.side / from.side;
  return std::max({shape / kShape, std::abs(to_from_from.angle_rad()) / kTurn, std::abs(std::log(size)) / kSize});
}

}  // namespace kpt
