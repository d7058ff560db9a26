#include "similarity.h"

#include <gtest/gtest.h>

#include <cmath>

namespace kpt {
namespace {

const std::vector<Point2> kShape = {{-0.5F, -0.4F}, {0.4F, -0.3F}, {0.1F, 0.5F},
                                    {-0.2F, 0.1F},  {0.3F, 0.3F},  {0, -0.1F}};

std::vector<Point2> Map(const Similarity &t, const std::vector<Point2> &points) {
  std::vector<Point2> mapped;
  for (const Point2 &p : points) mapped.push_back(t(p));
  return mapped;
}

void ExpectSame(const Similarity &t, const Similarity &expected, double tolerance = 1e-3) {
  EXPECT_NEAR(t.a, expected.a, tolerance);
  EXPECT_NEAR(t.b, expected.b, tolerance);
  EXPECT_NEAR(t.dx, expected.dx, tolerance);
  EXPECT_NEAR(t.dy, expected.dy, tolerance);
}

TEST(Similarity, ComposesAndInverts) {
  const Similarity t = Similarity::Make(3, 0.7, {10, -4}), u = Similarity::Make(0.4, -2, {1, 2});
  ExpectSame(t * t.Inverse(), {}, 1e-9);
  const Point2 p = (t * u)({5, 6}), q = t(u({5, 6}));
  EXPECT_NEAR(p.x, q.x, 1e-4);
  EXPECT_NEAR(p.y, q.y, 1e-4);
  EXPECT_NEAR(t.scale(), 3, 1e-9);
  EXPECT_NEAR(t.angle_rad(), 0.7, 1e-9);
}

TEST(Similarity, RobustFitIgnoresOutliers) {
  const Similarity truth = Similarity::Make(120, 2.5, {300, 200});
  std::vector<Point2> to = Map(truth, kShape);
  to[1] = {0, 0};
  to[4] = {900, 10};
  const std::vector<float> weight(kShape.size(), 1);
  const RobustFit fit = FitRobustly({kShape, to, weight}, 0.1, {});
  ExpectSame(fit.transform, truth, 0.01);
  EXPECT_NEAR(fit.explained, 4.0 / 6, 1e-6);
}

TEST(Similarity, WhatPointsLeaveOpenComesFromThePrior) {
  const Similarity prior = Similarity::Make(50, 1, {7, 7});
  const std::vector<Point2> from = {{0.2F, 0.1F}}, to = {{40, 30}};
  const RobustFit one = FitRobustly({from, to, {1}}, 0.1, prior);
  EXPECT_NEAR(one.transform.scale(), 50, 1e-6);
  EXPECT_NEAR(one.transform(from[0]).x, 40, 1e-3);
  const RobustFit none = FitRobustly({from, to, {0}}, 0.1, prior);
  ExpectSame(none.transform, prior);
  const RobustFit empty = FitRobustly({{}, {}, {}}, 0.1, prior);
  ExpectSame(empty.transform, prior);
  const std::vector<Point2> same(3, Point2{1, 1});
  EXPECT_NEAR(FitRobustly({same, same, {1, 1, 1}}, 0.1, prior).transform.scale(), 50, 1e-6);
}

TEST(Similarity, ManyPointsAreFitInTime) {
  std::vector<Point2> from, to;
  const Similarity truth = Similarity::Make(80, -1, {5, 9});
  for (int i = 0; i < 200; ++i) {
    from.push_back({std::sin(static_cast<float>(i)), std::cos(1.7F * static_cast<float>(i))});
    to.push_back(i % 3 == 0 ? Point2{static_cast<float>(i), 0} : truth(from.back()));
  }
  const std::vector<float> weight(from.size(), 0.5F);
  ExpectSame(FitRobustly({from, to, weight}, 0.05, {}).transform, truth, 0.1);
}

}  // namespace
}  // namespace kpt
