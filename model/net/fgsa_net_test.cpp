// The network as its callers use it: shared support, seeds, preparation for inference, weights in and out.
#include "kpt/net/fgsa_net.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstdio>
#include <filesystem>

#include "kpt/base/error.h"
#include "kpt/net/weights.h"

namespace kpt::net {
namespace {

using torch::Tensor;

constexpr int kKeypoints = 6;

NetConfig TinyConfig() {
  NetConfig config;
  config.crop_size = 64;
  config.channels = 32;
  config.side_heads = 2;
  config.layers = 2;
  config.ffn = 32;
  config.padded_keypoints = kKeypoints;
  return config;
}

FgsaNet TinyNet() {
  torch::manual_seed(3);
  FgsaNet net(TinyConfig());
  net->eval();
  torch::NoGradGuard no_gradient;
  for (auto &item : net->named_parameters()) {
    if (item.key().find("kpt_branch") != std::string::npos) item.value().normal_(0, 0.1);
    if (item.key().find("seed_vector") != std::string::npos) item.value().normal_(0, 1);
  }
  return net;
}

Tensor Images(std::int64_t count) { return torch::randint(0, 256, {count, 64, 64, 3}, torch::kUInt8); }

SupportAnnotations Annotations(std::int64_t shots, std::int64_t batch) {
  SupportAnnotations a;
  a.points = torch::rand({shots, batch, kKeypoints, 2});
  a.visible = torch::ones({shots, batch, kKeypoints}, torch::kBool);
  a.visible.index_put_({0, 0, 1}, false);
  a.linked_refs = torch::arange(kKeypoints).view({1, 1, -1, 1}).expand({shots, batch, -1, 16}).contiguous();
  return a;
}

SupportContext Encode(FgsaNet &net, std::int64_t shots) {
  std::vector<FeatureMaps> maps;
  for (std::int64_t s = 0; s < shots; ++s) maps.push_back(net->Features(net->Normalise(Images(1))));
  return net->EncodeSupport(std::move(maps), Annotations(shots, 1));
}

TEST(FgsaNet, QueriesShareTheSupport) {
  torch::NoGradGuard no_gradient;
  FgsaNet net = TinyNet();
  const SupportContext support = Encode(net, 2);
  const Tensor images = net->Normalise(Images(3));
  const NetOutput together = net->Forward(support, net->Features(images));
  ASSERT_EQ(together.points.size(), 2U);
  ASSERT_EQ(together.points.back().sizes(), (std::vector<std::int64_t>{3, kKeypoints, 2}));
  for (std::int64_t b = 0; b < 3; ++b) {
    const NetOutput alone = net->Forward(support, net->Features(images.slice(0, b, b + 1)));
    EXPECT_TRUE(torch::allclose(together.points.back()[b], alone.points.back()[0], 1e-3, 1e-4));
    EXPECT_TRUE(torch::allclose(together.confidence_logits.back()[b], alone.confidence_logits.back()[0], 1e-3, 1e-3));
  }
}

TEST(FgsaNet, SeedsReplaceTheProposalWhereGiven) {
  torch::NoGradGuard no_gradient;
  FgsaNet net = TinyNet();
  const SupportContext support = Encode(net, 1);
  const FeatureMaps query = net->Features(net->Normalise(Images(2)));
  const Tensor seeds = torch::rand({2, kKeypoints, 2});
  const NetOutput unseeded = net->Forward(support, query);
  const NetOutput mixed = net->Forward(support, query, {seeds, torch::tensor({true, false})});
  EXPECT_TRUE(torch::equal(mixed.initial_points[0], seeds[0]));
  EXPECT_TRUE(torch::equal(mixed.initial_points[1], unseeded.initial_points[1]));
  EXPECT_TRUE(torch::allclose(mixed.points.back()[1], unseeded.points.back()[1], 1e-4, 1e-5));
  EXPECT_FALSE(torch::allclose(mixed.points.back()[0], unseeded.points.back()[0], 1e-3, 1e-3));
  EXPECT_FALSE(net->Forward(support, query, {seeds, {}, {}}).proposal_logits.defined())
      << "nobody asked for a proposal";
}

TEST(FgsaNet, PreparationChangesNothingThatOneSees) {
  torch::NoGradGuard no_gradient;
  FgsaNet net = TinyNet();
  const SupportContext support = Encode(net, 1);
  const Tensor images = net->Normalise(Images(1));
  const NetOutput before = net->Forward(support, net->Features(images));
  net->PrepareForInference();
  const NetOutput after = net->Forward(support, net->Features(images));
  EXPECT_TRUE(torch::allclose(before.points.back(), after.points.back(), 1e-4, 1e-5));
}

TEST(FgsaNet, ASupportShotThatSeesNothingGivesNumbers) {
  torch::NoGradGuard no_gradient;
  FgsaNet net = TinyNet();
  SupportAnnotations annotations = Annotations(1, 1);
  annotations.visible.zero_();
  const SupportContext support = net->EncodeSupport({net->Features(net->Normalise(Images(1)))}, annotations);
  const NetOutput out = net->Forward(support, net->Features(net->Normalise(Images(1))));
  EXPECT_TRUE(out.points.back().isfinite().all().item<bool>());
}

TEST(FgsaNet, FrozenStagesHaveNoGradient) {
  FgsaNet net = TinyNet();
  net->FreezeBackbone(3);
  const SupportContext support = Encode(net, 1);
  net->Forward(support, net->Features(net->Normalise(Images(1)))).points.back().sum().backward();
  std::map<std::string, bool> has_gradient;
  for (const auto &item : net->named_parameters()) has_gradient[item.key()] = item.value().grad().defined();
  EXPECT_FALSE(has_gradient.at("backbone._conv_stem.weight"));
  EXPECT_FALSE(has_gradient.at("backbone._blocks.4._project_conv.weight"));
  EXPECT_TRUE(has_gradient.at("backbone._blocks.5._project_conv.weight"));
  EXPECT_TRUE(has_gradient.at("predictor.support_layers.1.linear1.weight"));
}

class WeightsFile : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  std::string path_ =
      (std::filesystem::temp_directory_path() / ("kpt_weights_test_" + std::to_string(getpid()) + ".safetensors"))
          .string();
};

TEST_F(WeightsFile, RoundTripKeepsConfigurationAndNumbers) {
  torch::NoGradGuard no_gradient;
  FgsaNet net = TinyNet();
  SaveNet(path_, net, {{"note", "test"}}, false);
  FgsaNet loaded = LoadNet(path_);
  EXPECT_EQ(loaded->config().ToMetadata(), net->config().ToMetadata());
  const auto expected = net->named_parameters();
  for (const auto &item : loaded->named_parameters())
    EXPECT_TRUE(torch::equal(item.value(), expected[item.key()])) << item.key();
}

TEST_F(WeightsFile, HalfPrecisionIsReadBackAsFloat) {
  FgsaNet net = TinyNet();
  SaveNet(path_, net, {}, true);
  FgsaNet loaded = LoadNet(path_);
  EXPECT_EQ(loaded->parameters()[0].scalar_type(), torch::kFloat);
  EXPECT_TRUE(torch::allclose(loaded->parameters()[0], net->parameters()[0], 1e-2, 1e-2));
}

TEST_F(WeightsFile, TrainingGoesOnFromWeightsThatLackWhatWasAdded) {
  FgsaNet net = TinyNet();
  SaveNet(path_, net, {}, false);
  NetConfig extended = TinyConfig();
  extended.layout_prior = extended.joint_confidence = true;
  FgsaNet started(extended);
  LoadStartWeights(started, path_);
  const std::string key = "predictor.pos_embed_proj.layers.0.weight";
  EXPECT_TRUE(torch::equal(started->named_parameters()[key], net->named_parameters()[key]));
  NetConfig deeper = TinyConfig();
  deeper.layers = 3;
  FgsaNet misfit(deeper);
  EXPECT_THROW(LoadStartWeights(misfit, path_), Error) << "a layer is missing, and no addition";
}

TEST_F(WeightsFile, EveryMisfitIsNamed) {
  FgsaNet net = TinyNet();
  SaveNet(path_, net, {}, true);
  NetConfig other = TinyConfig();
  other.layers = 1;
  other.ffn = 64;
  FgsaNet different(other);
  try {
    LoadWeights(*different, SafetensorsFile::Read(path_));
    FAIL() << "should not load";
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::kModel);
    const std::string message = error.what();
    EXPECT_NE(message.find(path_), std::string::npos) << message;
    EXPECT_NE(message.find("extra 'predictor"), std::string::npos) << message;
    EXPECT_NE(message.find("expected [64"), std::string::npos) << message;
    EXPECT_NE(message.find("more"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace kpt::net
