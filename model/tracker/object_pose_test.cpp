// What counts as another pose.
#include "object_pose.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "similarity.h"

namespace kpt {
namespace {

const ObjectPose kPose{{{0, 0}, {100, 0}, {100, 60}, {0, 60}}, {true, true, true, true}, 100};

ObjectPose Moved(const Similarity &by) {
  ObjectPose pose = kPose;
  std::transform(pose.points.begin(), pose.points.end(), pose.points.begin(), by);
  pose.side *= by.scale();
  return pose;
}

double Turned(double degrees) {
  return Difference(kPose, Moved(Similarity::Make(1, degrees * 3.14159265 / 180, {20, 30})));
}

TEST(ObjectPose, AShiftIsNoOtherPose) {
  EXPECT_NEAR(Difference(kPose, Moved(Similarity::Make(1, 0, {40, -25}))), 0, 1e-3);
}

TEST(ObjectPose, ATurnOfAnEighthIs) {
  EXPECT_LT(Turned(40), kAnotherPose);
  EXPECT_GT(Turned(50), kAnotherPose);
  EXPECT_GT(Turned(-50), kAnotherPose);
  EXPECT_GT(Turned(180), Turned(50));
}

TEST(ObjectPose, DoubleTheSizeIsEitherWay) {
  const auto scaled = [](double scale) { return Moved(Similarity::Make(scale, 0, {0, 0})); };
  EXPECT_LT(Difference(kPose, scaled(1.9)), kAnotherPose);
  EXPECT_GT(Difference(kPose, scaled(2.1)), kAnotherPose);
  EXPECT_GT(Difference(scaled(2.1), kPose), kAnotherPose);
}

TEST(ObjectPose, ACornerThatMovesIs) {
  ObjectPose bent = kPose;
  bent.points[2].x += 4;
  EXPECT_LT(Difference(kPose, bent), kAnotherPose);
  bent.points[2].x += 20;
  EXPECT_GT(Difference(kPose, bent), kAnotherPose);
  bent.visible[2] = false;
  EXPECT_LT(Difference(kPose, bent), kAnotherPose) << "a point that one of them does not show counts";
}

TEST(ObjectPose, OfOnePointNothingIsKnown) {
  ObjectPose one = Moved(Similarity::Make(3, 1, {0, 0}));
  one.visible = {false, true, false, false};
  EXPECT_EQ(Difference(kPose, one), 0);
}

}  // namespace
}  // namespace kpt
