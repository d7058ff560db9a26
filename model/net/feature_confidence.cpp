#include "kpt/net/feature_confidence.h"

#include <cmath>

#include "kpt/net/layout_prior.h"
#include "kpt/net/torch_ops.h"

namespace kpt::net {
namespace {

using torch::Tensor;

constexpr std::int64_t kPlaces = 32;   // a side of the grid of places that a found one is compared with
constexpr double kLeastWeight = 0.05;  // in the layout's fit, of a point that nothing speaks for

// Logistic regression of "within a tenth of the box" on the columns of Evidence (docs/tracking.md says of what kinds).
constexpr double kWeights[] = {1.5, -2.1, -1.6, 6.5};
constexpr double kBias = -5.6;

Tensor Standardised(const Tensor &x) { return torch::layer_norm(x, {x.size(-1)}); }

Tensor Grid(const torch::TensorOptions &options) {
  const Tensor centre = (torch::arange(kPlaces, options) + 0.5) / static_cast<double>(kPlaces);
  const Tensor x = centre.view({1, -1}).expand({kPlaces, kPlaces}), y = centre.view({-1, 1}).expand({kPlaces, kPlaces});
  return torch::stack({x.flatten(), y.flatten()}, -1).unsqueeze(0);
}

Tensor FeaturesAt(const FeatureMaps &maps, const Tensor &points) {
  return Standardised(SampleLevelMean(maps.values, maps.sizes, points));
}

/// Features of the grid's places: [B, cells, C].
Tensor Places(const FeatureMaps &maps, const Tensor &grid) {
  return FeaturesAt(maps, grid.expand({maps.values.size(0), -1, -1}).contiguous());
}

/// Of standardised features [B, K, C] and [B or 1, N, C]: correlations [B, K, N].
Tensor Likeness(const Tensor &a, const Tensor &b) {
  return torch::matmul(a, b.transpose(-1, -2)) / static_cast<double>(a.size(-1));
}

/// Weighted mean over a dimension that stays.
Tensor Mean(const Tensor &x, const Tensor &weight, std::int64_t dimension) {
  return (x * weight).sum(dimension, true) / weight.sum(dimension, true).clamp_min(1);
}

}  // namespace

FeatureConfidence::FeatureConfidence(const SupportContext &support, std::int64_t keypoints) {
  const auto real = [&](const Tensor &x) { return x.narrow(2, 0, keypoints).squeeze(1); };
  shot_points_ = real(support.annotations.points);
  visible_ = real(support.annotations.visible).to(shot_points_.dtype());
  known_ = std::get<0>(visible_.max(0, true));
  layout_ = Mean(shot_points_, visible_.unsqueeze(-1), 0);
  grid_ = Grid(shot_points_.options());
  marked_ = Standardised(support.initial_features.narrow(1, 0, keypoints));
  std::vector<Tensor> chances;
  for (const FeatureMaps &maps : support.maps) {
    shot_places_.push_back(Places(maps, grid_)[0]);
    chances.push_back(Likeness(marked_[0], shot_places_.back()).mean(-1));
  }
  chance_ = torch::stack(chances).mean(0, true);
}

Tensor FeatureConfidence::ReturnDistance(const Tensor &found) const {
  Tensor sum = torch::zeros_like(found.select(-1, 0));
  for (std::size_t s = 0; s < shot_places_.size(); ++s) {
    const auto shot = static_cast<std::int64_t>(s);
    const Tensor back = Likeness(found, shot_places_[s]).argmax(-1);  // [B, K]
    const Tensor place = grid_[0].index_select(0, back.flatten()).view({found.size(0), -1, 2});
    sum += (place - shot_points_[shot]).norm(2, -1) * visible_[shot];
  }
  return sum / visible_.sum(0).clamp_min(1);
}

Tensor FeatureConfidence::Evidence(const FeatureMaps &query, const Tensor &points) const {
  const Tensor real = points.narrow(1, 0, marked_.size(1)).contiguous();
  const Tensor found = FeaturesAt(query, real);
  const Tensor alike = (found * marked_).mean(-1);
  const Tensor elsewhere = Likeness(marked_, Places(query, grid_));  // [B, K, cells]
  const Tensor standing_out = (alike - elsewhere.mean(-1)) / elsewhere.std(-1).clamp_min(1e-4);
  const Tensor scaled = (alike - chance_) / (1 - chance_).clamp_min(1e-4);
  const LayoutFit fit = FitMostOfLayout(layout_, real, known_ * (scaled.clamp(0, 1) + kLeastWeight));
  const Tensor off = (real - fit.points).norm(2, -1);
  return torch::stack({standing_out, ReturnDistance(found).sqrt(), off.sqrt(), Mean(scaled, known_, -1).expand_as(off)},
                      -1);
}

Tensor FeatureConfidence::Of(const FeatureMaps &query, const Tensor &points) const {
  const Tensor evidence = Evidence(query, points);
  const Tensor weights = torch::tensor(at::ArrayRef<double>(kWeights), evidence.options());
  const Tensor sure = torch::matmul(evidence, weights).add(kBias).sigmoid();
  return torch::constant_pad_nd(sure, {0, points.size(1) - sure.size(1)});
}

}  // namespace kpt::net
