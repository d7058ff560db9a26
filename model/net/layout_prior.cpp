#include "kpt/net/layout_prior.h"

#include <cmath>

namespace kpt::net {
namespace {

using torch::Tensor;

constexpr double kInitialWidth = 0.12;
constexpr double kInitialFloor = 0.08;
constexpr double kStayWeight = 0.3;  // what the unmoved layout counts for in the fit, in points
constexpr int kFits = 3;
constexpr double kFitDistance = 0.08;  // of the crop: points farther from the fit count less in the next one

/// Squared distance of each centre's coordinate to `cells` cell centres: [B, K] -> [B, K, cells].
Tensor SquaredDistances(const Tensor &coordinate, std::int64_t cells) {
  const Tensor cell = (torch::arange(cells, coordinate.options()) + 0.5) / static_cast<double>(cells);
  return (coordinate.unsqueeze(-1) - cell).square();
}

}  // namespace

LayoutPriorImpl::LayoutPriorImpl() {
  log_width_ = register_parameter("log_width", torch::full({1}, std::log(kInitialWidth)));
  floor_logit_ = register_parameter("floor_logit", torch::full({1}, std::log(kInitialFloor / (1 - kInitialFloor))));
}

Tensor LayoutPriorImpl::Logits(const Tensor &centres, const Tensor &known, std::array<std::int64_t, 2> size) const {
  const auto [height, width] = size;
  const Tensor dx = SquaredDistances(centres.select(-1, 0), width),
               dy = SquaredDistances(centres.select(-1, 1), height);
  const Tensor squared = (dy.unsqueeze(-1) + dx.unsqueeze(-2)).flatten(2);
  const Tensor gaussian = (squared * (-0.5 * (-2 * log_width_).exp())).exp();
  const Tensor floor = torch::sigmoid(floor_logit_);
  return (floor + (1 - floor) * gaussian).log() * known.unsqueeze(-1).to(centres.dtype());
}

LayoutFit FitLayout(const Tensor &layout, const Tensor &points, const Tensor &weights) {
  const Tensor total = weights.sum(-1, true);                            // [B, 1]
  const Tensor share = (weights / total.clamp_min(1e-6)).unsqueeze(-1);  // [B, K, 1]
  const Tensor from_mean = (layout * share).sum(1, true), to_mean = (points * share).sum(1, true);
  const Tensor from = layout - from_mean, to = points - to_mean;
  const Tensor from_x = from.select(-1, 0), from_y = from.select(-1, 1), to_x = to.select(-1, 0),
               to_y = to.select(-1, 1);
  const Tensor along = (weights * (from_x * to_x + from_y * to_y)).sum(-1, true);
  const Tensor across = (weights * (from_x * to_y - from_y * to_x)).sum(-1, true);
  const Tensor size = (weights * (from_x.square() + from_y.square())).sum(-1, true);
  const Tensor stay = kStayWeight * size / total.clamp_min(1e-6) + 1e-9;  // identity, seen by kStayWeight points
  const Tensor c = (along + stay) / (size + stay), s = across / (size + stay);
  const Tensor trust = (total / (total + kStayWeight)).unsqueeze(-1);
  const Tensor turned = torch::stack({c * from_x - s * from_y, s * from_x + c * from_y}, -1);
  return {turned + from_mean + trust * (to_mean - from_mean), c, s};
}

LayoutFit FitMostOfLayout(const Tensor &layout, const Tensor &points, const Tensor &weights) {
  LayoutFit fit = FitLayout(layout, points, weights);
  for (int i = 1; i < kFits; ++i) {
    const Tensor squared = (points - fit.points).square().sum(-1);
    fit = FitLayout(layout, points, weights / (1 + squared / (kFitDistance * kFitDistance)));
  }
  return fit;
}

}  // namespace kpt::net
