#include "kpt/net/proposal.h"

#include <algorithm>
#include <cmath>

namespace kpt::net {
namespace {

using torch::Tensor;

constexpr double kInitialTemperature = 20;
constexpr double kMaxTemperature = 100;
constexpr int kWindowRadius = 2;
constexpr int kLayoutFits = 2;
constexpr double kFitDistance = 0.1;  // of the crop: points farther from the layout count less in the next fit

Tensor UnitLength(const Tensor &x) { return x / x.norm(2, -1, true).clamp_min(1e-6); }

}  // namespace

ProposalImpl::ProposalImpl(const NetConfig &config) {
  const auto level = std::find(config.strides.begin(), config.strides.end(), config.proposal_stride);
  level_ = static_cast<std::size_t>(level - config.strides.begin());
  key_ =
      register_module("key", Mlp(std::vector<int>{2 * config.channels, config.channels, config.channels}, "layers", 1));
  map_ = register_module("map", torch::nn::Linear(config.channels, config.channels));
  if (config.layout_prior) layout_prior_ = register_module("layout_prior", LayoutPrior());
  log_temperature_ = register_parameter("log_temperature", torch::full({1}, std::log(kInitialTemperature)));
}

Tensor ProposalImpl::Keys(const Tensor &raw, const Tensor &mined) {
  return UnitLength(key_(torch::cat({raw, mined}, -1)));
}

Tensor ProposalImpl::Logits(const ProposalSupport &support, const FeatureMaps &query, const Tensor &without_layout) {
  const Tensor map = UnitLength(map_(query.levels[level_].flatten(2).transpose(1, 2)));
  const Tensor temperature = log_temperature_.exp().clamp_max(kMaxTemperature);
  const Tensor correlation = torch::matmul(support.keys, map.transpose(1, 2)) * temperature;
  if (!layout_prior_) return correlation;
  const Tensor layout = LayoutLogits(correlation, support, query);
  return correlation + (without_layout.defined() ? layout.masked_fill(without_layout.view({-1, 1, 1}), 0) : layout);
}

Tensor ProposalImpl::LayoutLogits(const Tensor &correlation, const ProposalSupport &support, const FeatureMaps &query) {
  Tensor centres = support.layout;
  {
    torch::NoGradGuard no_gradient;
    for (int i = 0; i < kLayoutFits; ++i) {
      const Tensor logits = correlation + layout_prior_->Logits(centres, support.known, query.sizes[level_]);
      const Tensor points = Points(logits, query);
      const Tensor sureness = std::get<0>(logits.softmax(-1).max(-1));
      const Tensor nearness = 1 / (1 + (points - centres).square().sum(-1) / (kFitDistance * kFitDistance));
      centres = FitLayout(support.layout, points, sureness * nearness * support.known.to(points.dtype())).points;
    }
  }
  return layout_prior_->Logits(centres, support.known, query.sizes[level_]);
}

Tensor ProposalImpl::Points(const Tensor &logits, const FeatureMaps &query) const {
  const auto [height, width] = query.sizes[level_];
  const Tensor best = logits.argmax(-1, true);  // [B, K, 1]
  const Tensor side = torch::arange(-kWindowRadius, kWindowRadius + 1, best.options());
  const Tensor dy = side.view({-1, 1}).expand({side.size(0), side.size(0)}).flatten();
  const Tensor dx = side.view({1, -1}).expand({side.size(0), side.size(0)}).flatten();
  const Tensor y = torch::div(best, width, "floor") + dy;  // [B, K, 25]
  const Tensor x = best.remainder(width) + dx;
  const Tensor outside = (y < 0) | (y >= height) | (x < 0) | (x >= width);
  const Tensor cell = y.clamp(0, height - 1) * width + x.clamp(0, width - 1);
  const Tensor weight = logits.gather(-1, cell).masked_fill(outside, -1e9).softmax(-1);
  const Tensor centre_x = (x.to(logits.dtype()) + 0.5) / static_cast<double>(width);
  const Tensor centre_y = (y.to(logits.dtype()) + 0.5) / static_cast<double>(height);
  return torch::stack({(weight * centre_x).sum(-1), (weight * centre_y).sum(-1)}, -1);
}

}  // namespace kpt::net
