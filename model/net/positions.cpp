#include "kpt/net/positions.h"

#include <cmath>

namespace kpt::net {
namespace {

using torch::Tensor;

constexpr double kTemperature = 10000;
constexpr double kEpsilon = 1e-6;  // of the release's normalisation of slot indices
const double kTwoPi = 2 * std::acos(-1.0);

/// One coordinate [...] -> [..., features]: sine and cosine in turn.
Tensor CodeOfCoordinate(const Tensor &v, std::int64_t features) {
  const Tensor j = torch::arange(features / 2, v.options());
  const Tensor scaled = v.unsqueeze(-1) * kTwoPi / torch::pow(kTemperature, 2 * j / static_cast<double>(features));
  return torch::stack({scaled.sin(), scaled.cos()}, -1).flatten(-2);
}

}  // namespace

Tensor SineCode(const Tensor &points, std::int64_t channels) {
  return torch::cat(
      {CodeOfCoordinate(points.select(-1, 1), channels / 2), CodeOfCoordinate(points.select(-1, 0), channels / 2)}, -1);
}

Tensor QueryOrder(std::int64_t keypoints, std::int64_t channels, const torch::TensorOptions &options) {
  const Tensor x = torch::arange(1, keypoints + 1, options) / (static_cast<double>(keypoints) + kEpsilon);
  const Tensor y = torch::full({keypoints}, 1 / (1 + kEpsilon), options);
  return SineCode(torch::stack({x, y}, -1), channels);
}

}  // namespace kpt::net
