// The layout's fit is exact where all points agree, and stays put where nothing speaks; the prior has a peak and a
// floor.
#include "kpt/net/layout_prior.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

namespace kpt::net {
namespace {

using torch::Tensor;

Tensor Layout() { return torch::tensor({0.3F, 0.3F, 0.7F, 0.35F, 0.6F, 0.7F, 0.4F, 0.6F}).view({1, 4, 2}); }

Tensor Moved(const Tensor &layout, double scale, double angle, double dx, double dy) {
  const Tensor x = layout.select(-1, 0) - 0.5, y = layout.select(-1, 1) - 0.5;
  const double c = scale * std::cos(angle), s = scale * std::sin(angle);
  return torch::stack({c * x - s * y + 0.5 + dx, s * x + c * y + 0.5 + dy}, -1);
}

double Largest(const Tensor &difference) { return difference.abs().max().item<double>(); }

TEST(FitLayout, FollowsWhatManySurePointsSay) {
  const Tensor points = Moved(Layout(), 1.2, 0.4, 0.05, -0.03);
  const Tensor fitted = FitLayout(Layout(), points, torch::full({1, 4}, 1000.0F)).points;
  EXPECT_LT(Largest(fitted - points), 1e-3);
}

TEST(FitLayout, TellsTurnAndScale) {
  const LayoutFit fit = FitLayout(Layout(), Moved(Layout(), 1.2, 0.4, 0.05, -0.03), torch::full({1, 4}, 1000.0F));
  EXPECT_NEAR(fit.cosine.item<double>(), 1.2 * std::cos(0.4), 1e-3);
  EXPECT_NEAR(fit.sine.item<double>(), 1.2 * std::sin(0.4), 1e-3);
}

TEST(FitLayout, StaysWhereNothingIsSure) {
  const Tensor points = Moved(Layout(), 2, 1, 0.3, 0.3);
  EXPECT_LT(Largest(FitLayout(Layout(), points, torch::full({1, 4}, 1e-5F)).points - Layout()), 0.01);
  EXPECT_LT(Largest(FitLayout(Layout(), points, torch::zeros({1, 4})).points - Layout()), 1e-5);
}

TEST(FitLayout, IgnoresPointsWithoutWeight) {
  Tensor points = Moved(Layout(), 1, 0, 0.1, 0);
  points[0][3] = torch::tensor({0.0F, 0.0F});
  const Tensor weights = torch::tensor({100.0F, 100.0F, 100.0F, 0.0F}).view({1, 4});
  EXPECT_NEAR(FitLayout(Layout(), points, weights).points[0][3][0].item<double>(), 0.5, 2e-3);
}

TEST(FitLayout, OneLayoutServesABatch) {
  const Tensor points = torch::cat({Moved(Layout(), 1, 0, 0.1, 0), Moved(Layout(), 1, 0, 0, 0.2)});
  const Tensor fitted = FitLayout(Layout(), points, torch::full({2, 4}, 1000.0F)).points;
  EXPECT_LT(Largest(fitted - points), 1e-3);
}

TEST(LayoutPrior, PeaksAtTheCentreAndNeverFallsBelowItsFloor) {
  LayoutPrior prior;
  const Tensor centres = torch::tensor({0.53125F, 0.28125F, 0.5F, 0.5F}).view({1, 2, 2});
  const Tensor known = torch::tensor({true, false}).view({1, 2});
  const Tensor logits = prior->Logits(centres, known, {16, 16});
  ASSERT_EQ(logits.sizes(), (std::vector<std::int64_t>{1, 2, 256}));
  EXPECT_EQ(logits[0][0].argmax().item<std::int64_t>(), 4 * 16 + 8);  // row 4: y 0.28125, column 8: x 0.53125
  EXPECT_NEAR(logits[0][0].max().item<double>(), 0, 1e-5);
  EXPECT_GT(logits[0][0].min().item<double>(), -5);
  EXPECT_EQ(Largest(logits[0][1]), 0) << "a point that no shot shows has no prior";
}

}  // namespace
}  // namespace kpt::net
