// What becomes of points between flow, network and user: the correction filter and the smoothing.
#include "correction_filter.h"

#include <gtest/gtest.h>

#include <cmath>

#include "one_euro_filter.h"
#include "point_smoother.h"

namespace kpt {
namespace {

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

}  // namespace
}  // namespace kpt
