#include "changes.h"

#include <gtest/gtest.h>

#include "testing/synthetic_scene.h"

namespace kpt {
namespace {

using testing::SceneFrame;
using testing::ScenePose;
using testing::SyntheticScene;

class ChangesTest : public ::testing::Test {
 protected:
  std::optional<Box> See(const std::vector<ScenePose> &poses, double noise = 0,
                         const std::vector<CrowdMember> &known = {}) {
    return SeeImage(scene_.DrawAll(poses, noise), known);
  }
  std::optional<Box> SeeImage(const RgbImage &image, const std::vector<CrowdMember> &known = {}) {
    const SceneFrame frame(image, PixelFormat::kRgb);
    FramePixels pixels;
    pixels.Attach(frame.view());
    return changes_.Largest(pixels, known);
  }

  SyntheticScene scene_{640, 480};
  Changes changes_;
};

void ExpectAt(const std::optional<Box> &box, const ScenePose &pose) {
  ASSERT_TRUE(box);
  EXPECT_NEAR(box->x + box->width / 2, pose.centre.x, pose.side / 4);
  EXPECT_NEAR(box->y + box->height / 2, pose.centre.y, pose.side / 4);
  EXPECT_NEAR(box->width, pose.side, pose.side / 3);
}

TEST_F(ChangesTest, AStillSceneDoesNotChangeNorDoesNoise) {
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(See({}, 8)) << i;
}

TEST_F(ChangesTest, WhatComesIsSeenAndStaysSeenForAWhile) {
  const ScenePose pose{{500, 100}, 90, 0};
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(See({}, 3));
  for (int i = 0; i < 5; ++i) ExpectAt(See({pose}, 3), pose);
  for (int i = 0; i < 60; ++i) See({pose}, 3);
  EXPECT_FALSE(See({pose}, 3)) << "it belongs to the scene now";
}

TEST_F(ChangesTest, AnotherSceneIsNoChangeOfAPart) {
  RgbImage image = scene_.Draw(std::nullopt);
  EXPECT_FALSE(SeeImage(image));
  for (std::uint8_t &value : image.pixels) value = value < 128 ? value + 100 : value - 100;
  EXPECT_FALSE(SeeImage(image));
  EXPECT_FALSE(SeeImage(image)) << "it is the scene now";
  EXPECT_FALSE(SeeImage(SyntheticScene(320, 480).Draw(std::nullopt))) << "nor is another size";
}

TEST_F(ChangesTest, WhatIsFollowedDoesNotCount) {
  ScenePose followed{{120, 240}, 120, 0};
  const ScenePose comes{{500, 240}, 60, 0};
  const auto place = [&] { return Similarity::Make(followed.side, 0, followed.centre); };
  for (int i = 0; i < 5; ++i, followed.centre.x += 3) EXPECT_FALSE(See({followed}, 0, {{place()}})) << i;
  ExpectAt(See({followed, comes}, 0, {{place()}}), comes);
  ASSERT_TRUE(See({followed, comes}));
}

}  // namespace
}  // namespace kpt
