#include "object_layout.h"

#include <gtest/gtest.h>

#include <cmath>

#include "testing/synthetic_scene.h"

namespace kpt {
namespace {

using testing::ScenePose;
using testing::SyntheticScene;

constexpr double kPi = 3.14159265358979323846;

TEST(ObjectLayout, TheScaleFollowsByFivePerCentAFrame) {
  SyntheticScene scene(320, 240);
  const ObjectLayout layout = LayoutOf(scene.Support());
  const std::vector<float> weight(5, 1);
  const Similarity before = Similarity::Make(100, 0, {160, 120});
  const Similarity twice = FollowObject(layout, scene.Truth({{160, 120}, 200, 30}), weight, before);
  EXPECT_NEAR(twice.scale(), 105, 0.1);
  EXPECT_NEAR(twice.angle_rad(), 30 * kPi / 180, 0.01) << "the turn is not limited";
  EXPECT_NEAR(FollowObject(layout, scene.Truth({{160, 120}, 20, 0}), weight, before).scale(), 95.2, 0.1);
}

TEST(ObjectLayout, IsTheMeanOfTheShots) {
  SyntheticScene scene(320, 240);
  SupportSet support = scene.Support();
  const ScenePose turned{{100, 90}, 60, 130};
  SupportShot second = support.shots[0];
  second.points = scene.Truth(turned);
  second.visible[0] = false;
  support.shots.push_back(second);
  support.shots[0].visible[1] = false;
  const ObjectLayout layout = LayoutOf(support);
  EXPECT_EQ(layout.known_count, 5);
  const std::vector<Point2> truth = scene.Truth({{0, 0}, 1, 0});
  for (std::size_t i = 0; i < truth.size(); ++i) {
    EXPECT_NEAR(layout.points[i].x, truth[i].x, 0.01) << i;
    EXPECT_NEAR(layout.points[i].y, truth[i].y, 0.01) << i;
  }
  ASSERT_EQ(layout.places.size(), 2U);
  EXPECT_NEAR(layout.places[1].angle_rad(), turned.angle_deg * kPi / 180, 0.01);
  EXPECT_NEAR(layout.places[1].scale(), turned.side, 0.5);
}

TEST(ObjectLayout, KnowsWhichPointsMoveAboutAndWhetherTheObjectFillsThePicture) {
  SyntheticScene scene(320, 240);
  SupportSet support = scene.Support();
  support.shots.push_back(support.shots[0]);
  const float side = std::max(support.shots[0].box.width, support.shots[0].box.height);
  support.shots[1].points[2].x += 0.3F * side;
  ObjectLayout layout = LayoutOf(support);
  EXPECT_LT(layout.steady[2], 0.2F);
  EXPECT_GT(layout.steady[0], 0.8F);
  EXPECT_FALSE(layout.fills_picture);
  for (SupportShot &shot : support.shots) shot.box = {0, 0, 319, 239};
  for (Point2 &p : support.shots[1].points) p.x += 30;
  layout = LayoutOf(support);
  EXPECT_TRUE(layout.fills_picture);
  EXPECT_FLOAT_EQ(layout.places[1].shift().x, 159.5F) << "the picture does not move with the points";
}

TEST(ObjectLayout, NothingVisibleIsAnError) {
  SyntheticScene scene(64, 64);
  SupportSet support = scene.Support();
  support.shots[0].visible.assign(5, false);
  EXPECT_THROW(LayoutOf(support), Error);
  support.shots.clear();
  EXPECT_THROW(LayoutOf(support), Error);
}

}  // namespace
}  // namespace kpt
