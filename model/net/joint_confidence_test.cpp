// The second look starts as the identity, and learns from neighbours and layout what one point alone does not tell.
#include "kpt/net/joint_confidence.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <string>

namespace kpt::net {
namespace {

using torch::Tensor;

const Tensor kKnown = torch::ones({1, 4}, torch::kBool);

Tensor Layout() { return torch::tensor({0.3F, 0.3F, 0.7F, 0.35F, 0.6F, 0.7F, 0.4F, 0.6F}).view({1, 4, 2}); }

/// A second look whose answer grows with one column of the evidence (see joint_confidence.cpp) alone.
JointConfidence WithColumn(int column) {
  JointConfidence joint;
  torch::NoGradGuard no_gradient;
  for (auto &item : joint->named_parameters()) item.value().zero_();
  auto parameters = joint->named_parameters();
  parameters["mlp.layers.0.weight"][0][column] = 1;
  parameters["mlp.layers.1.weight"][0][0] = 1;
  return joint;
}

TEST(JointConfidence, StartsAsTheIdentity) {
  const Tensor logits = torch::tensor({1.0F, -2.0F, 0.5F, 3.0F}).view({1, 4});
  EXPECT_TRUE(torch::equal(JointConfidence()(logits, Layout() + 0.1, Layout(), kKnown), logits));
}

TEST(JointConfidence, SeesWhichPointLiesOffTheLayout) {
  torch::NoGradGuard no_gradient;
  JointConfidence joint = WithColumn(1);  // distance from the layout's fit
  Tensor points = Layout().clone();
  points[0][2][0] += 0.3;
  const Tensor change = joint(torch::ones({1, 4}), points, Layout(), kKnown)[0];
  EXPECT_EQ(change.argmax().item<std::int64_t>(), 2);
  const Tensor in_place = joint(torch::ones({1, 4}), Layout() * 0.8 + 0.05, Layout(), kKnown)[0];
  EXPECT_LT((in_place - 1).max().item<double>(), 0.5 * (change[2] - 1).item<double>());
}

TEST(JointConfidence, NeighboursCountOnlyWhereAShotShowsThem) {
  torch::NoGradGuard no_gradient;
  JointConfidence joint = WithColumn(2);  // mean of the logits
  const Tensor logits = torch::tensor({1.0F, 1.0F, 1.0F, 9.0F}).view({1, 4});
  const Tensor without_last = torch::tensor({true, true, true, false}).view({1, 4});
  const double all = joint(logits, Layout(), Layout(), kKnown)[0][0].item<double>();
  EXPECT_GT(all, joint(logits, Layout(), Layout(), without_last)[0][0].item<double>());
  const Tensor none = joint(logits, Layout(), Layout(), torch::zeros({1, 4}, torch::kBool));
  EXPECT_TRUE(none.isfinite().all().item<bool>());
}

TEST(JointConfidence, OneSupportServesABatchAndGradientsReachOnlyItself) {
  JointConfidence joint;
  const Tensor logits = torch::rand({3, 4}, torch::requires_grad());
  const Tensor points = torch::rand({3, 4, 2}, torch::requires_grad());
  joint(logits, points, Layout(), kKnown).sum().backward();
  EXPECT_TRUE(torch::equal(logits.grad(), torch::ones({3, 4})));
  EXPECT_FALSE(points.grad().defined());
  EXPECT_TRUE(joint->named_parameters()["mlp.layers.1.weight"].grad().isfinite().all().item<bool>());
}

}  // namespace
}  // namespace kpt::net
