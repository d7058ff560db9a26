// What lies over an object: the memory of the scene before the object came, what it says of points, and how flow then
// carries those.
#include "cover.h"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "flow.h"
#include "scene_memory.h"
#include "testing/synthetic_scene.h"

namespace kpt {
namespace {

using testing::SceneFrame;
using testing::ScenePose;
using testing::SyntheticScene;

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

TEST(Flow, ACoveredPointGoesWithThoseNearby) {
  SyntheticScene scene(320, 240);
  const ScenePose before{{150, 120}, 110, 0}, after{{156, 118}, 110, 3};
  const std::vector<Point2> points = scene.Truth(before), truth = scene.Truth(after);
  // A bar stands over the second half of the object, in both frames.
  const auto behind_bar = [&](const ScenePose &pose) {
    RgbImage image = scene.Draw(pose);
    for (int y = 0; y < image.height; ++y) {
      std::fill_n(&image.pixels[(y * image.width + 150) * 3], 20 * 3, static_cast<std::uint8_t>(y % 16 < 8 ? 30 : 220));
    }
    return image;
  };
  const SceneFrame first(behind_bar(before), PixelFormat::kRgb), second(behind_bar(after), PixelFormat::kRgb);
  std::vector<float> covered(points.size()), at_edge(points.size());
  int hidden = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    covered[i] = points[i].x >= 145 && points[i].x < 175;
    hidden += covered[i] > 0;
  }
  ASSERT_GT(hidden, 0);
  ASSERT_LT(hidden, static_cast<int>(points.size()) - 1);
  FramePixels pixels;
  Flow flow;
  CarriedPoints carried;
  pixels.Attach(first.view());
  flow.Remember(pixels, Similarity::Make(110, 0, {150, 120}));
  pixels.Attach(second.view());
  flow.Carry(pixels, points, std::vector<float>(points.size(), 1), &carried);
  const std::vector<Point2> by_flow = carried.points;
  flow.CarryCovered(points, covered, at_edge, &carried);
  for (std::size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ(carried.covered[i], covered[i] > 0) << i;
    if (covered[i] == 0) {
      EXPECT_EQ(carried.points[i].x, by_flow[i].x) << i;
      continue;
    }
    EXPECT_FALSE(carried.sound[i]) << i;
    EXPECT_NEAR(carried.points[i].x, truth[i].x, 2) << i;
    EXPECT_NEAR(carried.points[i].y, truth[i].y, 2) << i;
    EXPECT_GT(std::hypot(by_flow[i].x - truth[i].x, by_flow[i].y - truth[i].y), 3) << "flow holds on to the bar: " << i;
  }
}

}  // namespace
}  // namespace kpt
