// The whole tracker on synthetic frames with exact truth and an estimator that needs no weights.
#include <gmock/gmock.h>

#include "testing/tracker_rig.h"

namespace kpt {
namespace {

using testing::FakeControls;
using testing::FakeEstimator;
using testing::SceneFrame;
using testing::ScenePose;
using testing::SyntheticScene;
using testing::TrackerRig;

TrackerSettings Unsmoothed() {
  TrackerSettings settings;
  settings.smoothing = Smoothing::kNone;
  return settings;
}

/// A bar of the background stands in front of the object; the estimator loses heart where it covers a point.
TEST(Tracker, APartlyCoveredObjectStaysTrackedAndItsCoveredPointsGoWithTheRest) {
  TrackerRig rig;
  const RgbImage empty = rig.scene.Draw(std::nullopt);
  constexpr int kBarLeft = 150, kBarRight = 190;
  int frames_covered = 0;
  for (int x = 70; x < 250; x += 2) {
    const ScenePose pose{{static_cast<float>(x), 120}, 90, 0};
    RgbImage image = rig.scene.Draw(pose);
    for (int y = 0; y < image.height; ++y) {
      const auto row = static_cast<std::ptrdiff_t>(y) * image.width;
      std::copy(empty.pixels.begin() + (row + kBarLeft) * 3, empty.pixels.begin() + (row + kBarRight) * 3,
                image.pixels.begin() + (row + kBarLeft) * 3);
    }
    const auto covered = [&](const Point2 &p) { return p.x >= kBarLeft && p.x < kBarRight; };
    const std::vector<Point2> truth = rig.scene.Truth(pose);
    const auto count = std::count_if(truth.begin(), truth.end(), covered);
    rig.controls->confidence_factor = count > 0 ? 0.3F : 1.0F;
    rig.Give(SceneFrame(image, PixelFormat::kRgb).view(x * TrackerRig::kFrameNs));
    if (count == 0) continue;
    ++frames_covered;
    EXPECT_EQ(rig.state(), TrackState::kTracked) << x;
    EXPECT_LT(rig.RawError(pose), 0.05) << x;
  }
  EXPECT_GT(frames_covered, 30);
}

/// Remembers where in the crop it found the first point.
class WatchedEstimator : public FakeEstimator {
 public:
  explicit WatchedEstimator(std::vector<float> *found) : found_(found) {}
  std::vector<CropEstimate> Estimate(const std::vector<CropQuery> &queries) override {
    std::vector<CropEstimate> estimates = FakeEstimator::Estimate(queries);
    found_->push_back(estimates[0][0].xy_in_crop.x);
    return estimates;
  }

 private:
  std::vector<float> *found_;
};

TEST(Tracker, AskedAheadOfFlowItLooksWhereTheLastMotionBringsTheObject) {
  for (const AskAhead when : {AskAhead::kNever, AskAhead::kAlways}) {
    SyntheticScene scene(320, 240);
    TrackerSettings settings;
    settings.ask_ahead = when;
    std::vector<float> found;
    auto tracker = Tracker::Create(std::make_unique<WatchedEstimator>(&found), scene.Support(), settings);
    ASSERT_TRUE(tracker.ok());
    FrameResult result;
    std::vector<float> asked;  // in the last question of each frame
    for (int i = 0; i < 16; ++i) {
      const float x = 60.0F + 10 * static_cast<float>(std::max(0, i - 4));  // it starts all of a sudden
      const SceneFrame frame(scene.Draw(ScenePose{{x, 120}, 90, 0}), PixelFormat::kRgb);
      ASSERT_TRUE(tracker.value()->Process(frame.view(i * TrackerRig::kFrameNs), &result).ok());
      ASSERT_EQ(result.instances.at(0).state, i > 0 ? TrackState::kTracked : TrackState::kSearching);
      asked.push_back(found.back());
    }
    const float at_rest = asked[3], at_start = asked[5], moving = asked[15];
    if (when == AskAhead::kAlways) {
      EXPECT_GT(at_start - at_rest, 6) << "nobody could know that";
    } else {
      EXPECT_NEAR(at_start, at_rest, 2);
    }
    EXPECT_NEAR(moving, at_rest, 2);
  }
}

TEST(Tracker, FindsTheObjectInTheFirstFrameAndTracksItInTheSecond) {
  TrackerRig rig(Unsmoothed());
  const ScenePose pose{{200, 130}, 90, 0};
  EXPECT_EQ(rig.Step(pose).instances.at(0).state, TrackState::kSearching);
  EXPECT_LT(rig.RawError(pose), 0.03);
  EXPECT_EQ(rig.Step(pose).instances.at(0).state, TrackState::kTracked);
  EXPECT_EQ(rig.result.instances[0].id, 1);
  EXPECT_GT(rig.result.instances[0].confidence, 0.9F);
  for (const TrackedPoint &p : rig.result.instances[0].points) EXPECT_EQ(p.visibility, Visibility::kVisible);
  EXPECT_TRUE(rig.result.inferred);
}

TEST(Tracker, FindsATurnedObject) {
  for (const double angle : {60.0, 180.0, -120.0}) {
    TrackerRig rig(Unsmoothed());
    rig.controls->largest_turn_deg = 40;
    const ScenePose pose{{110, 110}, 110, angle};
    rig.Step(pose);
    EXPECT_LT(rig.RawError(pose), 0.03) << angle;
  }
}

TEST(Tracker, FollowsAShift) {
  TrackerRig rig(Unsmoothed());
  ScenePose pose{{70, 90}, 90, 0};
  for (int i = 0; i < 50; ++i, pose.centre.x += 3, pose.centre.y += 1) {
    rig.Step(pose);
    ASSERT_LT(rig.RawError(pose), 0.03) << i;
  }
  EXPECT_EQ(rig.state(), TrackState::kTracked);
}

TEST(Tracker, FollowsAFullTurnWithACropThatTurnsWithTheObject) {
  TrackerRig rig(Unsmoothed());
  rig.controls->largest_turn_deg = 12;  // the estimator knows the object nearly upright only
  ScenePose pose{{160, 120}, 120, 0};
  for (int i = 0; i <= 180; ++i, pose.angle_deg += 2) {
    rig.Step(pose);
    ASSERT_LT(rig.RawError(pose), 0.03) << i;
    ASSERT_EQ(rig.state(), i == 0 ? TrackState::kSearching : TrackState::kTracked) << i;
  }
}

TEST(Tracker, FollowsAChangeOfScale) {
  TrackerRig rig(Unsmoothed());
  ScenePose pose{{160, 120}, 60, 0};
  for (int i = 0; i < 60; ++i, pose.side *= 1.02) {
    rig.Step(pose);
    ASSERT_LT(rig.RawError(pose), 0.04) << i;
  }
  for (int i = 0; i < 60; ++i, pose.side /= 1.02) {
    rig.Step(pose);
    ASSERT_LT(rig.RawError(pose), 0.04) << i;
  }
  EXPECT_EQ(rig.state(), TrackState::kTracked);
}

TEST(Tracker, LosesAHiddenObjectAndFindsItElsewhere) {
  TrackerSettings settings = Unsmoothed();
  settings.max_lost_frames = 8;
  TrackerRig rig(settings);
  const ScenePose before{{100, 100}, 90, 0}, after{{210, 130}, 90, 30};
  for (int i = 0; i < 5; ++i) rig.Step(before);
  ASSERT_EQ(rig.state(), TrackState::kTracked);

  std::vector<TrackState> states;
  int lost_events = 0;
  for (int i = 0; i < 10; ++i) {
    rig.Step(std::nullopt);
    states.push_back(rig.state());
    for (const Event &event : rig.result.events)
      lost_events += event.kind == EventKind::kLost && event.instance_id == 1;
    for (const TrackedPoint &p : rig.result.instances.at(0).points) EXPECT_EQ(p.visibility, Visibility::kProjected);
    EXPECT_EQ(rig.result.instances[0].points.empty(), rig.state() == TrackState::kLost);
  }
  constexpr auto kT = TrackState::kTracked, kS = TrackState::kSearching, kL = TrackState::kLost;
  EXPECT_THAT(states, ::testing::ElementsAre(kT, kT, kS, kS, kS, kS, kS, kL, kL, kL));
  EXPECT_EQ(lost_events, 1);

  int reacquired_events = 0, frames = 0;
  while (rig.state() != TrackState::kTracked && ++frames < 40) {
    rig.Step(after);
    for (const Event &event : rig.result.events) reacquired_events += event.kind == EventKind::kReacquired;
  }
  EXPECT_LE(frames, 15);
  EXPECT_EQ(reacquired_events, 1);
  EXPECT_EQ(rig.result.instances.at(0).id, 1);
  EXPECT_LT(rig.RawError(after), 0.03);
}

TEST(Tracker, FindsWhatComesIntoTheFrameElsewhereWithinFewFrames) {
  TrackerSettings settings = Unsmoothed();
  settings.initial_boxes = {{{605, 325, 70, 70}, 0}};
  TrackerRig rig(settings, 1280, 720);  // too large for its windows to show the colours
  for (int i = 0; i < 5; ++i) rig.Step(ScenePose{{640, 360}, 70, 0});
  ASSERT_EQ(rig.state(), TrackState::kTracked);
  for (int i = 0; i < 20; ++i) rig.Step(std::nullopt);
  ASSERT_NE(rig.state(), TrackState::kTracked);
  ScenePose back{{1280, 90}, 70, 20};  // half of it is in the frame
  int frames = 0;
  for (; rig.state() != TrackState::kTracked && frames < 40; ++frames, back.centre.x -= 10) rig.Step(back);
  EXPECT_LE(frames, 6);
}

TEST(Tracker, SurvivesASceneCut) {
  TrackerRig rig(Unsmoothed());
  const ScenePose before{{100, 100}, 90, 0}, after{{230, 150}, 110, -60};
  for (int i = 0; i < 5; ++i) rig.Step(before);
  for (int i = 0; i < 15; ++i) rig.Step(after);
  EXPECT_EQ(rig.state(), TrackState::kTracked);
  EXPECT_LT(rig.RawError(after), 0.03);
}

TEST(Tracker, AFrameWithoutTheObjectIsAResult) {
  TrackerSettings settings;
  settings.max_lost_frames = 3;
  TrackerRig rig(settings);
  EXPECT_TRUE(rig.Step(std::nullopt).instances.empty());
  EXPECT_TRUE(rig.Step(std::nullopt).instances.empty());
  rig.Step(std::nullopt);
  ASSERT_EQ(rig.result.instances.size(), 1U);
  EXPECT_EQ(rig.state(), TrackState::kLost);
  EXPECT_EQ(rig.result.events.size(), 1U);
}

TEST(Tracker, AnInitialBoxSaysWhereToLook) {
  TrackerSettings settings = Unsmoothed();
  const ScenePose pose{{200, 120}, 80, 35};
  settings.initial_boxes = {{{160, 80, 80, 80}, 35}};
  TrackerRig rig(settings);
  rig.Step(pose);
  EXPECT_EQ(rig.controls->crops, 1);
  EXPECT_LT(rig.RawError(pose), 0.03);
}

TEST(Tracker, TheSupportIsEncodedOnceAndEachTrackedFrameOnce) {
  TrackerRig rig(Unsmoothed());
  const ScenePose pose{{160, 120}, 90, 0};
  rig.Step(pose);
  const int after_search = rig.controls->crops;
  for (int i = 0; i < 10; ++i) rig.Step(pose);
  EXPECT_EQ(rig.controls->set_support_calls, 1);
  EXPECT_EQ(rig.controls->support_crops, 1);
  EXPECT_EQ(rig.controls->crops, after_search + 10);
  EXPECT_EQ(rig.controls->seeded_crops, 5) << "every other one";
  EXPECT_LE(rig.controls->largest_batch, 8);
}

TEST(Tracker, BetweenInferencesFlowCarriesThePoints) {
  TrackerSettings settings = Unsmoothed();
  settings.inference_interval = 3;
  TrackerRig rig(settings);
  ScenePose pose{{90, 100}, 90, 0};
  int inferred = 0;
  for (int i = 0; i < 31; ++i, pose.centre.x += 2) {
    rig.Step(pose);
    ASSERT_LT(rig.RawError(pose), 0.04) << i;
    inferred += rig.result.inferred;
    const auto seen = rig.result.inferred ? Visibility::kVisible : Visibility::kProjected;
    EXPECT_EQ(rig.result.instances.at(0).points[0].visibility, seen);
  }
  EXPECT_NEAR(inferred, 11, 2);
}

TEST(Tracker, FlowAndTheNetworkBalanceAConstantMistake) {
  // The estimator is wrong by 10 pixels of its crop. Alone it gives that to the user; flow alone never sees it.
  const ScenePose pose{{160, 120}, 100, 0};
  const auto error_after = [&](bool use_flow, bool use_network, int frames) {
    TrackerSettings settings = Unsmoothed();
    settings.use_flow = use_flow;
    settings.use_network = use_network;
    TrackerRig rig(settings);
    rig.controls->offset_pixels = 10;
    EXPECT_TRUE(rig.tracker->StartFrom(1, rig.scene.Truth(pose), std::vector<bool>(5, true)).ok());
    for (int i = 0; i < frames; ++i) rig.Step(pose);
    return rig.RawError(pose);
  };
  const double mistake = 10 * 1.25 / 128;  // in box sides
  EXPECT_NEAR(error_after(false, true, 2), mistake, 0.25 * mistake);
  EXPECT_LT(error_after(true, false, 20), 0.005);
  EXPECT_LT(error_after(true, true, 5), 0.3 * mistake);
}

TEST(Tracker, SmoothingLowersTheVarianceOfAStillNoisyInput) {
  const auto variance = [](Smoothing smoothing, bool use_flow) {
    TrackerSettings settings;
    settings.smoothing = smoothing;
    settings.use_flow = use_flow;
    TrackerRig rig(settings);
    const ScenePose pose{{160, 120}, 100, 0};
    double sum = 0, squares = 0;
    int n = 0;
    for (int i = 0; i < 60; ++i) {
      rig.Step(pose, 12);
      if (i < 10) continue;
      const double x = rig.result.instances.at(0).points[1].xy_in_frame.x;
      sum += x, squares += x * x, ++n;
    }
    return squares / n - sum / n * (sum / n);
  };
  EXPECT_LT(variance(Smoothing::kOneEuro, false), 0.5 * variance(Smoothing::kNone, false));
  EXPECT_LT(variance(Smoothing::kOneEuro, true), variance(Smoothing::kNone, true));
}

TEST(Tracker, RawPointsStayBesideSmoothedOnes) {
  TrackerRig rig;
  ScenePose pose{{90, 100}, 90, 0};
  for (int i = 0; i < 20; ++i, pose.centre.x += 4) rig.Step(pose);
  pose.centre.x -= 4;
  EXPECT_LT(rig.RawError(pose), 0.03);
  EXPECT_LT(rig.RawError(pose), rig.SmoothedError(pose));
}

TEST(Tracker, TimeMayJumpOrBeMissing) {
  TrackerRig rig;
  const ScenePose pose{{160, 120}, 90, 0};
  const SceneFrame frame(rig.scene.Draw(pose), PixelFormat::kRgb);
  const std::int64_t second = 1'000'000'000;
  for (const std::optional<std::int64_t> pts : std::vector<std::optional<std::int64_t>>{
           0, std::nullopt, std::nullopt, 5 * second, 5 * second, second, -second, INT64_MAX, INT64_MIN, 0}) {
    rig.Give(frame.view(pts));
    ASSERT_LT(rig.SmoothedError(pose), 0.03);
  }
}

TEST(Tracker, EveryFormatAndStrideGivesTheSameTrack) {
  for (const PixelFormat format : {PixelFormat::kRgb, PixelFormat::kBgr, PixelFormat::kRgba, PixelFormat::kBgra,
                                   PixelFormat::kRgbx, PixelFormat::kBgrx, PixelFormat::kNv12, PixelFormat::kI420}) {
    for (const int padding : {0, 1, 13, 64}) {
      TrackerRig rig(Unsmoothed(), 321, 239);
      ScenePose pose{{170, 120}, 100, 0};
      for (int i = 0; i < 8; ++i, pose.centre.x += 2, pose.angle_deg += 2) {
        const SceneFrame frame(rig.scene.Draw(pose), format, padding);
        rig.Give(frame.view());
        ASSERT_LT(rig.RawError(pose), 0.03) << "format " << static_cast<int>(format) << " padding " << padding;
      }
      EXPECT_EQ(rig.state(), TrackState::kTracked);
    }
  }
}

TEST(Tracker, TracksGreyFrames) {
  SyntheticScene scene(321, 239);
  auto made = Tracker::Create(std::make_unique<FakeEstimator>(), scene.Support(true), Unsmoothed());
  ASSERT_TRUE(made.ok());
  ScenePose pose{{170, 120}, 110, 0};
  FrameResult result;
  for (int i = 0; i < 8; ++i, pose.centre.x += 2) {
    const SceneFrame frame(scene.Draw(pose), PixelFormat::kGray8, 7);
    ASSERT_TRUE(made.value()->Process(frame.view(), &result).ok());
  }
  pose.centre.x -= 2;
  const std::vector<Point2> truth = scene.Truth(pose);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    EXPECT_NEAR(result.instances.at(0).points[i].raw_in_frame.x, truth[i].x, 3) << i;
    EXPECT_NEAR(result.instances.at(0).points[i].raw_in_frame.y, truth[i].y, 3) << i;
  }
}

TEST(Tracker, TinyAndNarrowFramesAreResultsToo) {
  for (const auto &[width, height] : {std::pair{1, 1}, {2, 1}, {1, 7}, {3, 3}, {640, 1}, {1, 480}, {17, 5}}) {
    for (const PixelFormat format :
         {PixelFormat::kRgb, PixelFormat::kNv12, PixelFormat::kI420, PixelFormat::kGray8, PixelFormat::kBgrx}) {
      TrackerRig rig;
      RgbImage image{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width) * height * 3, 90)};
      const SceneFrame frame(image, format);
      EXPECT_TRUE(rig.tracker->StartFrom(1, rig.scene.Truth({{0, 0}, 50, 0}), std::vector<bool>(5, true)).ok());
      for (int i = 0; i < 8; ++i) rig.Give(frame.view());
    }
  }
}

TEST(Tracker, AChangeOfFrameSizeKeepsThePoints) {
  TrackerRig rig(Unsmoothed());
  const ScenePose pose{{100, 100}, 90, 0};
  for (int i = 0; i < 3; ++i) rig.Step(pose);
  SyntheticScene larger(400, 300);
  const SceneFrame frame(larger.Draw(pose), PixelFormat::kRgb);
  rig.Give(frame.view());
  EXPECT_EQ(rig.state(), TrackState::kTracked);
  EXPECT_LT(rig.RawError(pose), 0.03);
}

TEST(Tracker, ResetForgetsTheTrackAndKeepsTheSupport) {
  TrackerRig rig(Unsmoothed());
  const ScenePose pose{{100, 100}, 90, 0}, elsewhere{{220, 140}, 90, 0};
  for (int i = 0; i < 3; ++i) rig.Step(pose);
  ASSERT_TRUE(rig.tracker->Reset().ok());
  EXPECT_EQ(rig.Step(elsewhere).instances.at(0).state, TrackState::kSearching);
  EXPECT_LT(rig.RawError(elsewhere), 0.03);
  EXPECT_EQ(rig.controls->set_support_calls, 1);
}

TEST(Tracker, StartFromPointsIsTrackedAtOnce) {
  TrackerRig rig(Unsmoothed());
  const ScenePose pose{{200, 120}, 80, 77};
  ASSERT_TRUE(rig.tracker->StartFrom(1, rig.scene.Truth(pose), {true, true, true, false, true}).ok());
  EXPECT_EQ(rig.Step(pose).instances.at(0).state, TrackState::kTracked);
  EXPECT_EQ(rig.controls->crops, 1);
  EXPECT_LT(rig.RawError(pose), 0.02);
}

TEST(Tracker, ContinuesWhereAnotherTrackerIs) {
  TrackerRig before(Unsmoothed()), after(Unsmoothed());
  const ScenePose pose{{200, 120}, 80, 77};
  for (int i = 0; i < 3; ++i) before.Step(pose);
  ASSERT_TRUE(after.tracker->Continue(*before.tracker).ok());
  EXPECT_EQ(after.Step(pose).instances.at(0).state, TrackState::kTracked);
  EXPECT_EQ(after.controls->crops, 1) << "no search";
  EXPECT_LT(after.RawError(pose), 0.02);

  TrackerRig nothing_to_continue(Unsmoothed());
  ASSERT_TRUE(after.tracker->Continue(*nothing_to_continue.tracker).ok());
  EXPECT_EQ(after.Step(pose).instances.at(0).state, TrackState::kSearching);
}

TEST(Tracker, ContinuesAnObjectInMotion) {
  TrackerRig before(Unsmoothed()), after(Unsmoothed());
  ScenePose pose{{100, 120}, 80, 0};
  for (int i = 0; i < 5; ++i, pose.centre.x += 4) before.Step(pose);
  ASSERT_TRUE(after.tracker->Continue(*before.tracker).ok());
  after.controls->confidence_factor = 0;  // flow alone knows where it went
  after.Step(pose);
  EXPECT_LT(after.RawError(pose), 0.02);
}

TEST(Tracker, ContinuesToSmoothFramesWithoutTimeStamps) {
  TrackerRig before, after;
  const auto give = [&](TrackerRig *rig) {
    constexpr double kNoise = 8;
    const SceneFrame frame(before.scene.Draw(ScenePose{{200, 120}, 80, 0}, kNoise), PixelFormat::kRgb);
    rig->Give(frame.view());
  };
  for (int i = 0; i < 20; ++i) give(&before);
  ASSERT_TRUE(after.tracker->Continue(*before.tracker).ok());
  give(&after);
  const TrackedPoint &point = after.result.instances.at(0).points[0];
  EXPECT_GT(std::hypot(point.xy_in_frame.x - point.raw_in_frame.x, point.xy_in_frame.y - point.raw_in_frame.y), 1e-4)
      << "the filter began anew";
}

TEST(Tracker, StartFromRefusesWhatIsNoObject) {
  TrackerRig rig;
  const std::vector<Point2> truth = rig.scene.Truth({{200, 120}, 80, 0});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<Point2> broken = truth;
  broken[2].x = nan;
  const std::vector<bool> all(5, true);
  EXPECT_EQ(rig.tracker->StartFrom(0, truth, all).code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(rig.tracker->StartFrom(2, truth, all).code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(rig.tracker->StartFrom(1, {truth[0]}, {true}).code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(rig.tracker->StartFrom(1, broken, all).code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(rig.tracker->StartFrom(1, truth, std::vector<bool>(5, false)).code(), ErrorCode::kInvalidArgument);
}

TEST(Tracker, SettingsChangeWhileRunning) {
  TrackerRig rig(Unsmoothed());
  const ScenePose pose{{160, 120}, 90, 0};
  for (int i = 0; i < 3; ++i) rig.Step(pose);
  TrackerSettings settings = Unsmoothed();
  settings.confidence_threshold = 0.97F;  // above what the fake gives
  ASSERT_TRUE(rig.tracker->UpdateSettings(settings).ok());
  for (int i = 0; i < 3; ++i) rig.Step(pose);
  EXPECT_EQ(rig.state(), TrackState::kSearching);
  settings.inference_interval = 0;
  EXPECT_EQ(rig.tracker->UpdateSettings(settings).code(), ErrorCode::kInvalidArgument);
}

TEST(Tracker, ImpossibleSettingsAreNamed) {
  const auto message = [](auto &&change) {
    TrackerSettings settings;
    change(&settings);
    SyntheticScene scene(64, 64);
    auto made = Tracker::Create(std::make_unique<FakeEstimator>(), scene.Support(), settings);
    EXPECT_FALSE(made.ok());
    EXPECT_EQ(made.status().code(), ErrorCode::kInvalidArgument);
    return made.status().message();
  };
  using ::testing::HasSubstr;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(message([](TrackerSettings *s) { s->instances = 0; }), HasSubstr("instances"));
  EXPECT_THAT(message([](TrackerSettings *s) { s->instances = 1000; }), HasSubstr("instances"));
  EXPECT_THAT(message([](TrackerSettings *s) { s->max_lost_frames = 0; }), HasSubstr("max-lost-frames"));
  EXPECT_THAT(message([=](TrackerSettings *s) { s->confidence_threshold = nan; }), HasSubstr("confidence-threshold"));
  EXPECT_THAT(message([=](TrackerSettings *s) { s->min_cutoff_hz = nan; }), HasSubstr("min-cutoff"));
  EXPECT_THAT(message([](TrackerSettings *s) { s->beta = -1; }), HasSubstr("beta"));
  EXPECT_THAT(message([=](TrackerSettings *s) { s->initial_boxes = {{{nan, 0, 5, 5}, 0}}; }),
              HasSubstr("initial-boxes"));
  EXPECT_THAT(message([](TrackerSettings *s) { s->initial_boxes = {{{0, 0, 0, 5}, 0}}; }), HasSubstr("initial-boxes"));
}

TEST(Tracker, ImpossibleFramesAreRefused) {
  TrackerRig rig;
  const SceneFrame frame(rig.scene.Draw(std::nullopt), PixelFormat::kNv12);
  const auto refused = [&](auto &&change) {
    FrameView view = frame.view();
    change(&view);
    return rig.tracker->Process(view, &rig.result).code() == ErrorCode::kInvalidArgument;
  };
  EXPECT_TRUE(refused([](FrameView *v) { v->width = 0; }));
  EXPECT_TRUE(refused([](FrameView *v) { v->height = -4; }));
  EXPECT_TRUE(refused([](FrameView *v) { v->width = 1 << 30; }));
  EXPECT_TRUE(refused([](FrameView *v) { v->planes[0].data = nullptr; }));
  EXPECT_TRUE(refused([](FrameView *v) { v->planes[1].data = nullptr; }));
  EXPECT_TRUE(refused([](FrameView *v) { v->planes[0].stride = v->width - 1; }));
  EXPECT_TRUE(refused([](FrameView *v) { v->planes[1].stride = -v->width; }));
  EXPECT_TRUE(refused([](FrameView *v) { v->format = static_cast<PixelFormat>(99); }));
}

}  // namespace
}  // namespace kpt
