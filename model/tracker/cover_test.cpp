// What lies over an object: the memory of the scene before the object came, and what it says of points.
#include "cover.h"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "scene_memory.h"

namespace kpt {
namespace {

const GreyRegion kRegion{{0, 0, 100, 100}, 1, 1};
constexpr double kSide = 50;

cv::Mat Texture(int seed) {
  cv::Mat picture(100, 100, CV_8U);
  cv::RNG(seed).fill(picture, cv::RNG::UNIFORM, 60, 200);
  return picture;
}

TEST(SceneMemory, TellsWhatLiesOverAnObjectThatCame) {
  const std::vector<cv::Point2f> before = {{0, 40}, {20, 40}, {20, 60}, {0, 60}};
  const cv::Mat empty = Texture(5);
  cv::Mat with_object = empty.clone();
  with_object(cv::Rect(40, 40, 30, 20)) = 20;
  const cv::Rect bar(60, 0, 10, 100);  // a part of the scene, in front of the object
  empty(bar).copyTo(with_object(bar));
  SceneMemory scene;
  Cover cover;
  cover.Reset(3);
  const std::vector<Point2> places = {{48, 50}, {65, 50}, {10, 50}};  // seen, behind the bar, never without the object
  for (int frame = 0; frame < 8; ++frame) {
    scene.Compare(with_object, kRegion, kSide);  // of the first frames nothing is known
    cover.Look(scene, places);
    scene.Learn(empty, kRegion, before, kSide);
  }
  EXPECT_LT(scene.Unchanged(places[0], 0.04), 0.1);
  EXPECT_GT(scene.Unchanged(places[1], 0.04), 0.9);
  EXPECT_EQ(scene.Unchanged(places[2], 0.04), SceneMemory::kNotKnown);
  EXPECT_GT(cover.Free(0), 0.9);
  EXPECT_LT(cover.Free(1), 0.1);
  EXPECT_EQ(cover.Free(2), 1);
  EXPECT_NEAR(cover.Share(), 1 / 3.0, 1e-6);
}

TEST(SceneMemory, SurroundingsThatDoNotStayTellNothing) {
  SceneMemory scene;
  for (int frame = 0; frame < 3; ++frame) {
    scene.Learn(Texture(frame + 1), kRegion, {{40, 40}, {60, 40}, {60, 60}, {40, 60}}, 20);
  }
  scene.Compare(Texture(3), kRegion, 20);
  EXPECT_EQ(scene.Unchanged({10, 10}, 0.1), SceneMemory::kNotKnown);
}

TEST(SceneMemory, GoesAlongWithTheRegion) {
  const cv::Mat wide = Texture(7);
  SceneMemory scene;
  const std::vector<cv::Point2f> outline = {{0, 0}, {4, 0}, {4, 4}, {0, 4}};
  for (int frame = 0; frame < 3; ++frame) scene.Learn(wide, kRegion, outline, 10);
  const GreyRegion part{{30, 20, 60, 60}, 1, 1};
  const cv::Mat there = wide(part.rect).clone();
  scene.Learn(there, part, outline, 10);
  scene.Compare(there, part, 10);
  EXPECT_GT(scene.Unchanged({60, 50}, 0.5), 0.95);
  cv::Mat object = there.clone();
  object(cv::Rect(20, 20, 20, 20)) = 10;  // around (60, 50) of the frame
  scene.Compare(object, part, 10);
  EXPECT_LT(scene.Unchanged({60, 50}, 0.5), 0.05);
}

}  // namespace
}  // namespace kpt
