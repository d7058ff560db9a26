// What is cut out of a frame: the crops of objects, and crops of every format.
#include "frame_pixels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "crop.h"
#include "object_layout.h"
#include "testing/synthetic_scene.h"

namespace kpt {
namespace {

using testing::SceneFrame;
using testing::ScenePose;
using testing::SyntheticScene;

constexpr double kPi = 3.14159265358979323846;

TEST(Crop, ShowsATurnedShotAsTheFirstOne) {
  SyntheticScene scene(320, 240);
  SupportSet support = scene.Support();
  support.shots.push_back(support.shots[0]);
  support.shots[1].points = scene.Truth({{150, 110}, 70, 100});
  const ObjectLayout layout = LayoutOf(support);
  const SupportCrop first = CutSupportCrop(support.shots[0], layout.places[0], 128);
  const SupportCrop turned = CutSupportCrop(support.shots[1], layout.places[1], 128);
  for (std::size_t i = 0; i < first.points_in_crop.size(); ++i) {
    EXPECT_NEAR(turned.points_in_crop[i].x, first.points_in_crop[i].x, 0.5) << i;
    EXPECT_NEAR(turned.points_in_crop[i].y, first.points_in_crop[i].y, 0.5) << i;
  }
}

TEST(Crop, IsOneAndAQuarterBoxSidesAboutTheBoxesCentre) {
  const Similarity crop_from_frame = CropFromFrame(FrameFromObject({100, 50, 40, 80}, 0), 256);
  const Point2 centre = crop_from_frame({120, 90}), edge = crop_from_frame({170, 90});
  EXPECT_NEAR(centre.x, 128, 1e-4);
  EXPECT_NEAR(centre.y, 128, 1e-4);
  EXPECT_NEAR(edge.x, 256, 1e-3);
}

TEST(Crop, IsTheOneThatTrainingCuts) {
  const Box box{100, 50, 40, 80};
  data::CropSquare square = data::SquareAround(box);
  square.angle_deg = 30;
  const auto expected = data::CropFromImage(square, 256);
  const Similarity crop_from_frame = CropFromFrame(FrameFromObject(box, 30 * kPi / 180), 256);
  for (const Point2 p : {Point2{0, 0}, Point2{120, 90}, Point2{-40, 300}}) {
    EXPECT_NEAR(crop_from_frame(p).x, data::Apply(expected, p).x, 1e-3);
    EXPECT_NEAR(crop_from_frame(p).y, data::Apply(expected, p).y, 1e-3);
  }
}

TEST(Crop, SupportPointsOutsideAreNotVisible) {
  SyntheticScene scene(320, 240);
  SupportSet support = scene.Support();
  support.shots[0].points[2] = {2, 2};
  const SupportCrop crop = CutSupportCrop(support.shots[0], FrameFromObject(support.shots[0].box, 0), 128);
  EXPECT_EQ(crop.visible, (std::vector<bool>{true, true, false, true, true}));
  EXPECT_EQ(crop.rgb.size(), 128U * 128 * 3);
}

TEST(FramePixels, CropsShowTheSameWhateverTheFormat) {
  SyntheticScene scene(333, 251);
  const RgbImage image = scene.Draw(ScenePose{{150, 120}, 120, 20});
  for (const double side : {40.0, 130.0, 700.0, 3000.0}) {
    const Similarity crop_from_frame = CropFromFrame(Similarity::Make(side, 0.6, {150, 120}), 64);
    std::vector<std::uint8_t> reference(64 * 64 * 3), crop(64 * 64 * 3);
    const SceneFrame rgb(image, PixelFormat::kRgb);
    FramePixels pixels;
    pixels.Attach(rgb.view());
    pixels.Crop(crop_from_frame, 64, reference.data());
    for (const PixelFormat format :
         {PixelFormat::kBgr, PixelFormat::kRgba, PixelFormat::kBgrx, PixelFormat::kNv12, PixelFormat::kI420}) {
      const SceneFrame frame(image, format, 11);
      pixels.Attach(frame.view());
      pixels.Crop(crop_from_frame, 64, crop.data());
      double difference = 0;
      for (std::size_t i = 0; i < crop.size(); ++i) difference += std::abs(crop[i] - reference[i]);
      const bool yuv = format == PixelFormat::kNv12 || format == PixelFormat::kI420;
      EXPECT_LT(difference / static_cast<double>(crop.size()), yuv ? 4.0 : 1e-9)
          << static_cast<int>(format) << " " << side;
    }
  }
}

TEST(FramePixels, ACropFarOutsideIsBlack) {
  SyntheticScene scene(50, 40);
  for (const PixelFormat format : {PixelFormat::kRgb, PixelFormat::kNv12, PixelFormat::kGray8}) {
    const SceneFrame frame(scene.Draw(std::nullopt), format);
    FramePixels pixels;
    pixels.Attach(frame.view());
    std::vector<std::uint8_t> crop(32 * 32 * 3, 9);
    for (const double side : {20.0, 900.0}) {
      pixels.Crop(CropFromFrame(Similarity::Make(side, 0, {-90000, 70000}), 32), 32, crop.data());
      EXPECT_THAT(crop, ::testing::Each(0));
    }
  }
}

TEST(FramePixels, AShrunkCropKeepsItsPlace) {
  // A bright square in a large dark frame must appear where the transform says, averaged or not.
  RgbImage image{640, 640, std::vector<std::uint8_t>(640 * 640 * 3, 0)};
  for (int y = 400; y < 440; ++y) std::fill_n(&image.pixels[(y * 640 + 200) * 3], 40 * 3, 255);
  const SceneFrame frame(image, PixelFormat::kRgb);
  FramePixels pixels;
  pixels.Attach(frame.view());
  for (const double side : {128.0, 256.0, 512.0, 700.0}) {
    const Similarity crop_from_frame = CropFromFrame(Similarity::Make(side, 0, {230, 410}), 64);
    std::vector<std::uint8_t> crop(64 * 64 * 3);
    pixels.Crop(crop_from_frame, 64, crop.data());
    double x = 0, y = 0, sum = 0;
    for (int row = 0; row < 64; ++row) {
      for (int column = 0; column < 64; ++column) {
        const double w = crop[(row * 64 + column) * 3];
        x += w * column, y += w * row, sum += w;
      }
    }
    const Point2 expected = crop_from_frame({219.5F, 419.5F});
    EXPECT_NEAR(x / sum, expected.x, 0.1) << side;
    EXPECT_NEAR(y / sum, expected.y, 0.1) << side;
  }
}

}  // namespace
}  // namespace kpt
