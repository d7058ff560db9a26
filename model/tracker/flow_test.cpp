#include "flow.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "testing/synthetic_scene.h"

namespace kpt {
namespace {

using testing::SceneFrame;
using testing::ScenePose;
using testing::SyntheticScene;

TEST(Flow, CarriesPointsAndKnowsWhereItFails) {
  SyntheticScene scene(320, 240);
  const ScenePose before{{150, 120}, 110, 0}, after{{156, 117}, 110, 4};
  const SceneFrame first(scene.Draw(before), PixelFormat::kRgb);
  const RgbImage moved = scene.Draw(after);
  const SceneFrame second(moved, PixelFormat::kRgb);
  RgbImage covered_image = moved;  // the nose's surroundings are covered by a flat patch
  const Point2 nose = scene.Truth(after)[0];
  for (int y = std::max(0, static_cast<int>(nose.y) - 13); y < nose.y + 13; ++y) {
    std::fill_n(&covered_image.pixels[(y * 320 + static_cast<int>(nose.x) - 13) * 3], 26 * 3, 60);
  }
  const SceneFrame covered(covered_image, PixelFormat::kRgb);
  const std::vector<Point2> truth = scene.Truth(after);
  for (const bool cover : {false, true}) {
    FramePixels pixels;
    Flow flow;
    CarriedPoints carried;
    pixels.Attach(first.view());
    flow.Remember(pixels, Similarity::Make(110, 0, {150, 120}));
    pixels.Attach(cover ? covered.view() : second.view());
    flow.Carry(pixels, scene.Truth(before), std::vector<float>(truth.size(), 1), &carried);
    EXPECT_GE(carried.sound_count, cover ? 2 : 5);
    EXPECT_EQ(carried.sound[0], !cover);
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const double allowed = carried.sound[i] ? 0.7 : 3;
      EXPECT_NEAR(carried.points[i].x, truth[i].x, allowed) << i;
      EXPECT_NEAR(carried.points[i].y, truth[i].y, allowed) << i;
    }
  }
}

TEST(Flow, WithoutAnEarlierFramePointsStay) {
  SyntheticScene scene(64, 64);
  const SceneFrame frame(scene.Draw(std::nullopt), PixelFormat::kGray8);
  FramePixels pixels;
  pixels.Attach(frame.view());
  Flow flow;
  CarriedPoints carried;
  flow.Carry(pixels, {{5, 5}, {-1e6F, 7}}, {1, 1}, &carried);
  EXPECT_EQ(carried.points[0].x, 5);
  EXPECT_EQ(carried.sound_count, 0);
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
