// The loss against values worked out by hand.
#include "kpt/train/losses.h"

#include <gtest/gtest.h>

namespace kpt::train {
namespace {

using torch::Tensor;

/// One episode, two real keypoints and one padded slot.
Batch SmallBatch() {
  Batch batch;
  batch.target = torch::tensor({0.5F, 0.5F, 0.25F, 0.25F, 0.75F, 0.75F}).view({1, 3, 2});
  batch.shown = torch::ones({1, 3}, torch::kBool);
  batch.covered = torch::zeros({1, 3}, torch::kBool);
  batch.real = torch::tensor({true, true, false}).view({1, 3});
  batch.support.visible = torch::ones({1, 1, 3}, torch::kBool);
  return batch;
}

net::NetOutput OutputOff(const Batch &batch, float dx) {
  net::NetOutput output;
  for (int l = 0; l < 2; ++l) output.points.push_back(batch.target + torch::tensor({dx, 0.0F}));
  return output;
}

double Value(const Tensor &t) { return t.item<double>(); }

TEST(Losses, PointsAreL1SummedOverLayersAndAveragedOverPoints) {
  const Batch batch = SmallBatch();
  const Losses losses = ComputeLosses(OutputOff(batch, 0.1F), batch, {4, 4}, {});
  EXPECT_NEAR(Value(losses.points), 0.2, 1e-6);
  EXPECT_NEAR(Value(losses.mixup), 0.2, 1e-6);
  EXPECT_NEAR(Value(losses.total), 0.2 + 0.5 * 0.2, 1e-6);
  EXPECT_FALSE(losses.confidence.defined());
  EXPECT_FALSE(losses.proposal.defined());
}

TEST(Losses, HiddenPointsDoNotCountAndCoveredOnesCountLess) {
  Batch batch = SmallBatch();
  net::NetOutput output = OutputOff(batch, 0);
  output.points = {batch.target + torch::tensor({0.1F, 0.0F, 0.4F, 0.0F, 0.0F, 0.0F}).view({1, 3, 2})};
  batch.shown[0][1] = false;
  EXPECT_NEAR(Value(ComputeLosses(output, batch, {4, 4}, {}).points), 0.1, 1e-6);
  batch.shown[0][1] = true;
  batch.covered[0][1] = true;
  EXPECT_NEAR(Value(ComputeLosses(output, batch, {4, 4}, {}).points), (0.1 + 0.3 * 0.4) / 1.3, 1e-6);
}

TEST(Losses, ConfidenceWantsShownUncoveredAndNear) {
  Batch batch = SmallBatch();
  batch.covered[0][1] = true;
  net::NetOutput output = OutputOff(batch, 0.01F);
  const Tensor right = torch::tensor({10.0F, -10.0F, 10.0F}).view({1, 3});
  output.confidence_logits = {right, right};
  EXPECT_LT(Value(ComputeLosses(output, batch, {4, 4}, {}).confidence), 1e-3);
  batch.shown.zero_();  // the object is not there: nothing is right
  EXPECT_NEAR(Value(ComputeLosses(output, batch, {4, 4}, {}).confidence), 2 * 20.0 / 3, 1e-2);
  output.points = OutputOff(batch, 0.2F).points;  // far away
  batch.shown.fill_(true);
  EXPECT_NEAR(Value(ComputeLosses(output, batch, {4, 4}, {}).confidence), 2 * 20.0 / 3, 1e-2);
}

TEST(Losses, ProposalIsLeastWhereTheMapPeaksAtTheTruth) {
  const Batch batch = SmallBatch();
  net::NetOutput output = OutputOff(batch, 0);
  output.proposal_logits = torch::zeros({1, 3, 64});
  const double flat = Value(ComputeLosses(output, batch, {8, 8}, {}).proposal);
  EXPECT_NEAR(flat, std::log(64.0), 1e-4);
  const int cell_of_point[] = {4 * 8 + 4, 2 * 8 + 2, 6 * 8 + 6};
  for (int k = 0; k < 3; ++k) output.proposal_logits[0][k][cell_of_point[k]] = 2;
  EXPECT_LT(Value(ComputeLosses(output, batch, {8, 8}, {}).proposal), flat);
  for (int k = 0; k < 3; ++k) output.proposal_logits[0][k][0] = 4;
  EXPECT_GT(Value(ComputeLosses(output, batch, {8, 8}, {}).proposal), flat);
}

TEST(Losses, NothingShownGivesZeroNotNan) {
  Batch batch = SmallBatch();
  batch.shown.zero_();
  EXPECT_EQ(Value(ComputeLosses(OutputOff(batch, 0.1F), batch, {4, 4}, {}).total), 0);
}

}  // namespace
}  // namespace kpt::train
