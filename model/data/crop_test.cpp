// The crop's geometry, and videos read frame by frame.
#include "kpt/data/crop.h"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

namespace kpt::data {
namespace {

TEST(Crop, FollowsTheSpecification) {
  const CropSquare square = SquareAround({10, 20, 100, 60});
  EXPECT_DOUBLE_EQ(square.side, 125);
  const Point2 centre = Apply(CropFromImage(square, 256), {60, 50});
  EXPECT_NEAR(centre.x, 128, 1e-4);
  EXPECT_NEAR(centre.y, 128, 1e-4);
  const Point2 p = Apply(CropFromImage(square, 256), {70, 45});
  EXPECT_NEAR(p.x, 10 * 256 / 125.0 + 128, 1e-3);
  EXPECT_NEAR(p.y, -5 * 256 / 125.0 + 128, 1e-3);
}

TEST(Crop, TurnsTheObjectBack) {
  const CropSquare square{50, 50, 256, 90};                      // the object is turned clockwise by a quarter
  const Point2 p = Apply(CropFromImage(square, 256), {50, 60});  // what was to its right is now below
  EXPECT_NEAR(p.x, 138, 1e-3);
  EXPECT_NEAR(p.y, 128, 1e-3);
}

TEST(Crop, InverseBringsPointsBack) {
  const CropSquare square{33, 44, 77, -35};
  const Point2 p = Apply(ImageFromCrop(square, 256), Apply(CropFromImage(square, 256), {12, 90}));
  EXPECT_NEAR(p.x, 12, 1e-3);
  EXPECT_NEAR(p.y, 90, 1e-3);
}

TEST(Crop, PixelsGoWherePointsGo) {
  cv::Mat picture = cv::Mat::zeros(120, 160, CV_8UC1);
  cv::circle(picture, {70, 55}, 3, cv::Scalar(255), cv::FILLED);
  const CropSquare square{80, 60, 90, 25};
  const cv::Mat crop = CutCrop(picture, square, 256);
  const cv::Moments moments = cv::moments(crop);
  const Point2 p = Apply(CropFromImage(square, 256), {70, 55});
  EXPECT_NEAR(moments.m10 / moments.m00, p.x, 0.3);
  EXPECT_NEAR(moments.m01 / moments.m00, p.y, 0.3);
}

}  // namespace
}  // namespace kpt::data
