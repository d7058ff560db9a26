// The tracker's small parts: similarity fits, crops, flow, filters, the clock, the error barrier.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "correction_filter.h"
#include "crop.h"
#include "flow.h"
#include "frame_clock.h"
#include "object_layout.h"
#include "one_euro_filter.h"
#include "point_smoother.h"
#include "protect.h"
#include "similarity.h"
#include "testing/synthetic_scene.h"

namespace kpt {
namespace {

using testing::SceneFrame;
using testing::ScenePose;
using testing::SyntheticScene;

constexpr double kPi = 3.14159265358979323846;

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

constexpr Similarity kHundredPixels{100, 0, 0, 0};

ObjectLayout OnePointAt(float x, float y) {
  ObjectLayout layout;
  layout.points = {{x, y}};
  layout.known = {true};
  layout.steady = {1};
  layout.known_count = 1;
  return layout;
}

/// A point at the origin, seen by flow as still; the network says `answer_x` in each of `frames` frames.
CorrectionFilter AfterFrames(int frames, float answer_x, bool known) {
  CorrectionFilter filter;
  filter.Start({{0, 0}}, known);
  for (int i = 0; i < frames; ++i) {
    filter.Predict({filter.points(), {true}, 1}, 100);
    filter.Correct({{{answer_x, 0}, 1, 0}}, kHundredPixels, OnePointAt(0, 0));
  }
  return filter;
}

TEST(CorrectionFilter, SoundPointsYieldSlowlyAndLostOnesAtOnce) {
  const auto share = [](bool sound, float confidence, float layout_x = 0.1F) {
    CorrectionFilter filter = AfterFrames(300, 0, true);
    filter.Predict({filter.points(), {sound}, sound ? 1 : 0}, 100);
    filter.Correct({{{10, 0}, confidence, 0}}, kHundredPixels, OnePointAt(layout_x, 0));
    return filter.points()[0].x / 10;
  };
  EXPECT_LT(share(true, 1), 0.06F);
  EXPECT_GT(share(false, 1), 0.3F);
  EXPECT_LT(share(false, 0.1F), 0.3F);
  EXPECT_EQ(share(false, 0), 0);
  EXPECT_LT(share(false, 1, 2), 0.1F) << "an answer far from where the layout has the point is doubted";
}

TEST(CorrectionFilter, ASureAnswerFarOffMeansThatFlowWentAstray) {
  CorrectionFilter filter = AfterFrames(300, 0, true);
  for (int i = 0; i < 3; ++i) {
    filter.Predict({filter.points(), {true}, 1}, 100);
    filter.Correct({{{40, 0}, 0.9F, 0}}, kHundredPixels, OnePointAt(0.4F, 0));
  }
  EXPECT_GT(filter.points()[0].x, 30);
  EXPECT_LT(AfterFrames(300, 0, true).points()[0].x, 1);
}

TEST(CorrectionFilter, ANetworkThatKnowsTheObjectCorrectsFaster) {
  const auto corrected = [](double typical_error) {
    CorrectionFilter filter(CorrectionFilter::NoiseFor(typical_error));
    filter.Start({{0, 0}}, true);
    for (int i = 0; i < 30; ++i) {
      filter.Predict({{{filter.points()[0].x + 1, 0}}, {true}, 1}, 100);  // flow slips by a pixel a frame
      filter.Correct({{{0, 0}, 1, 0}}, kHundredPixels, OnePointAt(0, 0));
    }
    return filter.points()[0].x;
  };
  EXPECT_LT(corrected(0.01), 0.7 * corrected(0.08));
}

TEST(CorrectionFilter, AnErrorThatLastsIsLearnedFromKnownPoints) {
  CorrectionFilter filter = AfterFrames(20, 10, true);
  EXPECT_LT(filter.points()[0].x, 2) << "flow knows better";
  filter.Predict({{{-30, 0}}, {false}, 0}, 100);  // flow is lost; the network goes on as before
  filter.Correct({{{10, 0}, 1, 0}}, kHundredPixels, OnePointAt(0, 0));
  EXPECT_LT(filter.points()[0].x, 2) << "its answer is taken less what it was seen to err by";
  EXPECT_GT(filter.points()[0].x, -18);
}

TEST(CorrectionFilter, TheLearnedErrorTurnsWithTheObject) {
  CorrectionFilter filter = AfterFrames(20, 10, true);
  const Similarity turned = Similarity::Make(100, 1.5707963, {0, 0});
  const float before = filter.points()[0].y;
  filter.Predict({filter.points(), {false}, 0}, 100);
  filter.Correct({{{filter.points()[0].x, before + 9}, 1, 0}}, turned, OnePointAt(0, 0));
  EXPECT_NEAR(filter.points()[0].y, before, 1.5);
}

TEST(CorrectionFilter, FoundPointsTakeTheAnswer) {
  CorrectionFilter filter;
  filter.Start({{40, 0}}, false);
  filter.Predict({filter.points(), {true}, 1}, 100);
  filter.Correct({{{0, 0}, 1, 0}}, kHundredPixels, OnePointAt(0, 0));
  EXPECT_LT(filter.points()[0].x, 3);
}

TEST(OneEuroFilter, StillInputIsSmoothedAndFastInputFollowed) {
  const auto lag = [](double beta) {
    OneEuroFilter filter;
    double out = 0;
    for (int i = 0; i <= 60; ++i) out = filter.Filter(i, 1.0 / 30, 1, {1, beta, 1});
    return 60 - out;
  };
  EXPECT_GT(lag(0), 3);
  EXPECT_LT(lag(10), 0.1);
}

TEST(PointSmoother, BetaCountsBoxSides) {
  const auto lag = [](double size) {
    PointSmoother smoother;
    smoother.SetKeypoints(1);
    std::vector<Point2> points;
    for (int i = 0; i <= 60; ++i) {
      points = {{static_cast<float>(i * size), 0}};
      smoother.Smooth({i / 30.0, 100 * size, {}}, {1, 5, 1}, &points);
    }
    return (60 * size - points[0].x) / size;
  };
  EXPECT_NEAR(lag(1), lag(4), 1e-3) << "the same motion, seen larger, lags the same";
}

TEST(PointSmoother, MotionThatFlowExplainsPassesWithoutDelay) {
  const auto lag = [](const std::vector<Point2> &motion) {
    PointSmoother smoother;
    smoother.SetKeypoints(1);
    std::vector<Point2> points;
    for (int i = 0; i <= 60; ++i) {
      points = {{static_cast<float>(3 * i), 0}};
      smoother.Smooth({i / 30.0, 100, motion}, {1, 0, 1}, &points);
    }
    return 180 - points[0].x;
  };
  EXPECT_GT(lag({}), 10);
  EXPECT_LT(lag({{3, 0}}), 0.5);
}

TEST(FrameClock, TakesPtsOrAddsDurations) {
  FrameClock clock;
  FrameView frame;
  clock.Advance(frame);
  EXPECT_EQ(clock.time_s(), 0);
  frame.duration_ns = 500'000'000;
  clock.Advance(frame);
  EXPECT_NEAR(clock.time_s(), 1.0 / 30, 1e-9);
  clock.Advance(frame);
  EXPECT_NEAR(clock.time_s(), 1.0 / 30 + 0.5, 1e-9);
  frame.pts_ns = 7'000'000'000;
  clock.Advance(frame);
  EXPECT_NEAR(clock.time_s(), 7, 1e-9);
}

TEST(Protect, MapsEveryKindOfException) {
  EXPECT_TRUE(Protect([] {}).ok());
  EXPECT_EQ(Protect([] { throw Error(ErrorCode::kModel, "weights"); }).code(), ErrorCode::kModel);
  EXPECT_EQ(Protect([] { throw std::bad_alloc(); }).code(), ErrorCode::kOutOfMemory);
  EXPECT_EQ(Protect([] { throw 1; }).code(), ErrorCode::kInternal);
  const Status torch =
      Protect([] { throw std::runtime_error("CUDA error: no kernel\nException raised from x (most recent"); });
  EXPECT_EQ(torch.code(), ErrorCode::kDevice);
  EXPECT_EQ(torch.message(), "CUDA error: no kernel");
  EXPECT_EQ(Protect([] { throw std::runtime_error("CUDA out of memory. Tried to allocate"); }).code(),
            ErrorCode::kOutOfMemory);
  const Result<int> value = Protect([]() -> Result<int> { return 3; });
  EXPECT_EQ(value.value(), 3);
  const Result<int> failed = Protect([]() -> Result<int> { throw std::logic_error("no"); });
  EXPECT_FALSE(failed.ok());
}

}  // namespace
}  // namespace kpt
