// The object as it was seen last: found again, turned and moved, from the part of it that is not covered.
#include "key_picture.h"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

namespace kpt {
namespace {

const cv::Size kFrame(240, 200);
const GreyRegion kRegion{{{0, 0}, kFrame}, 1, 1};
constexpr double kSide = 80;

cv::Mat Texture(cv::Size size, int seed) {
  cv::Mat picture(size, CV_8U);
  cv::RNG(seed).fill(picture, cv::RNG::UNIFORM, 0, 256);
  cv::GaussianBlur(picture, picture, {0, 0}, 3);
  cv::normalize(picture, picture, 20, 235, cv::NORM_MINMAX);
  return picture;
}

/// A square textured object before a textured scene, parts of which may stand in front of it.
class KeyPictureTest : public ::testing::Test {
 protected:
  KeyPictureTest() {
    const std::vector<cv::Point2f> corner = {{0, 0}, {1, 0}, {1, 1}};
    scene_.Learn(ground_, kRegion, corner, 1);  // twice: only then its noise is known
    scene_.Learn(ground_, kRegion, corner, 1);
    key_.Take(See(before_, {}), kRegion, PointsAt(before_), Outline(before_), before_);
  }

  static Pyramid LevelsOf(const cv::Mat &picture) {
    Pyramid levels;
    BuildPyramid(picture, &levels);
    return levels;
  }

  const cv::Mat &See(const Similarity &frame_from_object, const cv::Rect &in_front) {
    const double to_unit = 1 / kSide;
    const Similarity frame_from_pixels = frame_from_object * Similarity::Make(to_unit, 0, {-0.5F, -0.5F});
    const cv::Matx23d warp(frame_from_pixels.a, -frame_from_pixels.b, frame_from_pixels.dx, frame_from_pixels.b,
                           frame_from_pixels.a, frame_from_pixels.dy);
    ground_.copyTo(frame_);
    cv::warpAffine(object_, frame_, warp, kFrame, cv::INTER_LINEAR, cv::BORDER_TRANSPARENT);
    if (!in_front.empty()) ground_(in_front).copyTo(frame_(in_front));
    scene_.Compare(frame_, kRegion, kSide);
    return frame_;
  }

  static std::vector<Point2> PointsAt(const Similarity &frame_from_object) {
    std::vector<Point2> points;
    for (const Point2 &p : {Point2{-0.3F, -0.3F}, {0.3F, -0.3F}, {0.3F, 0.3F}, {-0.3F, 0.3F}, {0, 0}}) {
      points.push_back(frame_from_object(p));
    }
    return points;
  }

  static std::vector<cv::Point2f> Outline(const Similarity &frame_from_object) {
    std::vector<cv::Point2f> outline;
    for (const Point2 &p : {Point2{-0.5F, -0.5F}, {0.5F, -0.5F}, {0.5F, 0.5F}, {-0.5F, 0.5F}}) {
      const Point2 q = frame_from_object(p);
      outline.emplace_back(q.x, q.y);
    }
    return outline;
  }

  cv::Mat ground_ = Texture(kFrame, 1), object_ = Texture({80, 80}, 2), frame_;
  SceneMemory scene_;
  KeyPicture key_;
  Similarity before_ = Similarity::Make(kSide, 0, {90, 100});
};

TEST_F(KeyPictureTest, WhatIsSeenTellsWhereTheRestIs) {
  const Similarity now = Similarity::Make(kSide, 0.3, {125, 108});
  const Similarity expected = Similarity::Make(kSide, 0.27, {123, 107}) * before_.Inverse();
  const cv::Rect bar(130, 0, 70, kFrame.height);  // over its right half
  const auto motion = key_.Find(LevelsOf(See(now, bar)), kRegion, expected, scene_);
  ASSERT_TRUE(motion);
  const std::vector<Point2> truth = PointsAt(now);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const Point2 found = (*motion)(key_.points()[i]);
    EXPECT_NEAR(found.x, truth[i].x, 0.02 * kSide) << i;
    EXPECT_NEAR(found.y, truth[i].y, 0.02 * kSide) << i;
  }
  EXPECT_TRUE(key_.seen()[0]);
  EXPECT_TRUE(key_.seen()[3]);
  EXPECT_FALSE(key_.seen()[1]) << "behind the bar";
  EXPECT_FALSE(key_.seen()[2]) << "behind the bar";
}

TEST_F(KeyPictureTest, AnObjectThatIsCoveredWhollyOrGoneIsNotFound) {
  const cv::Mat all_covered = See(before_, {0, 0, kFrame.width, kFrame.height});
  EXPECT_FALSE(key_.Find(LevelsOf(all_covered), kRegion, Similarity{}, scene_));
}

TEST_F(KeyPictureTest, AnotherObjectInItsPlaceIsNotIt) {
  object_ = Texture({80, 80}, 3);
  const Similarity now = Similarity::Make(kSide, 0, {110, 100});
  EXPECT_FALSE(key_.Find(LevelsOf(See(now, {})), kRegion, now * before_.Inverse(), scene_));
}

TEST_F(KeyPictureTest, FindsInARegionOfAnotherPlaceAndScale) {
  const Similarity now = Similarity::Make(kSide, 0, {110, 100});
  const GreyRegion part = GreyRegion::Scaled({40, 30, 160, 140}, 0.75);
  cv::Mat picture;
  cv::resize(See(now, {})(part.rect), picture, part.size(), 0, 0, cv::INTER_AREA);
  const auto motion = key_.Find(LevelsOf(picture), part, now * before_.Inverse(), SceneMemory());
  ASSERT_TRUE(motion);
  EXPECT_NEAR((*motion)(key_.points()[4]).x, 110, 0.02 * kSide);
  EXPECT_NEAR((*motion)(key_.points()[4]).y, 100, 0.02 * kSide);
}

}  // namespace
}  // namespace kpt
