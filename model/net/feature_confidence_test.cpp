// Confidence from features alone: high where the marked features are found in the shots' layout, low elsewhere, for
// wrong places and where the query shows something else.
#include "kpt/net/feature_confidence.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "kpt/net/torch_ops.h"

namespace kpt::net {
namespace {

using torch::Tensor;

constexpr std::int64_t kSide = 32, kChannels = 16, kKeypoints = 5, kSlots = 7;

/// Smooth random features of one level.
Tensor Scene(std::uint64_t seed) {
  torch::manual_seed(seed);
  return torch::upsample_bicubic2d(torch::randn({1, kChannels, 12, 12}), {kSide, kSide}, false);
}

FeatureMaps Maps(const Tensor &level) {
  return {{level}, level.flatten(2).transpose(1, 2).contiguous(), {{kSide, kSide}}};
}

/// Shifted to the right, by cells.
Tensor Shifted(const Tensor &level, std::int64_t cells) { return level.roll(cells, -1); }

Tensor Marked() {
  return torch::tensor({0.3F, 0.3F, 0.7F, 0.35F, 0.6F, 0.7F, 0.4F, 0.6F, 0.5F, 0.45F, 0.5F, 0.5F, 0.5F, 0.5F})
      .view({1, kSlots, 2});
}

/// Shots that all show the marked points; the last two slots are padding.
SupportContext Support(const std::vector<Tensor> &levels) {
  const auto shots = static_cast<std::int64_t>(levels.size());
  SupportContext support;
  support.annotations.points = Marked().expand({shots, 1, kSlots, 2}).contiguous();
  support.annotations.visible = torch::ones({shots, 1, kSlots}, torch::kBool);
  for (const Tensor &level : levels) support.maps.push_back(Maps(level));
  support.initial_features = SampleLevelMean(support.maps[0].values, support.maps[0].sizes, Marked());
  return support;
}

Tensor Moved(float dx) { return Marked() + torch::tensor({dx, 0.0F}); }

TEST(FeatureConfidence, IsHighWhereTheMarkedFeaturesAreAndLowElsewhere) {
  const Tensor shot = Scene(1);
  const FeatureConfidence confidence(Support({shot}), kKeypoints);
  const FeatureMaps query = Maps(Shifted(shot, 4));
  const Tensor right = confidence.Of(query, Moved(4.0F / kSide));
  EXPECT_EQ(right.sizes(), (std::vector<std::int64_t>{1, kSlots}));
  const Tensor real = right.narrow(1, 0, kKeypoints);
  EXPECT_GT(real.min().item<double>(), 0.9);
  EXPECT_EQ(right.narrow(1, kKeypoints, kSlots - kKeypoints).max().item<double>(), 0) << "padding";
  EXPECT_LT(confidence.Of(query, Moved(-0.2F)).max().item<double>(), 0.3) << "all at wrong places";
  EXPECT_LT(confidence.Of(Maps(Scene(2)), Marked()).max().item<double>(), 0.3) << "another scene";
}

TEST(FeatureConfidence, OnePointAstrayIsLessSureThanTheOthers) {
  const Tensor shot = Scene(1);
  const FeatureConfidence confidence(Support({shot}), kKeypoints);
  Tensor points = Marked().clone();
  points[0][2] = torch::tensor({0.9F, 0.2F});
  const Tensor found = confidence.Of(Maps(shot), points)[0];
  EXPECT_LT(found[2].item<double>(), 0.5);
  for (const int k : {0, 1, 3, 4}) EXPECT_GT(found[k].item<double>(), 0.8) << k;
}

TEST(FeatureConfidence, ABatchIsAnsweredAsIfEachWereAlone) {
  const FeatureConfidence confidence(Support({Scene(1), Scene(1)}), kKeypoints);
  const Tensor levels[] = {Scene(1), Scene(3)};
  const Tensor together = confidence.Of(Maps(torch::cat({levels[0], levels[1]})), torch::cat({Marked(), Moved(0.1F)}));
  EXPECT_LT((together[0] - confidence.Of(Maps(levels[0]), Marked())[0]).abs().max().item<double>(), 1e-5);
  EXPECT_LT((together[1] - confidence.Of(Maps(levels[1]), Moved(0.1F))[0]).abs().max().item<double>(), 1e-5);
}

TEST(FeatureConfidence, FeaturesThatAreAlikeEverywhereTellNothing) {
  const Tensor flat = torch::ones({1, kChannels, kSide, kSide});
  const Tensor found = FeatureConfidence(Support({flat}), kKeypoints).Of(Maps(flat), Marked());
  EXPECT_TRUE(torch::isfinite(found).all().item<bool>());
  EXPECT_LT(found.max().item<double>(), 0.5);
}

}  // namespace
}  // namespace kpt::net
