// Estimators that throw or answer nonsense: the tracker gives a Status or an unsure result, and goes on.
#include <gmock/gmock.h>

#include "testing/tracker_rig.h"

namespace kpt {
namespace {

using testing::FakeControls;
using testing::FakeEstimator;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::SceneFrame;
using testing::ScenePose;
using testing::SyntheticScene;
using testing::TrackerRig;

const ScenePose kPose{{160, 120}, 100, 0};

Status CreateWith(const std::shared_ptr<FakeControls> &controls) {
  SyntheticScene scene(320, 240);
  return Tracker::Create(std::make_unique<FakeEstimator>(controls), scene.Support(), {}).status();
}

TEST(HostileEstimator, ThrowingWhileCreatedIsAStatus) {
  for (const bool unknown_type : {false, true}) {
    for (auto wish : {&FakeControls::throw_in_crop_size, &FakeControls::throw_in_set_support}) {
      auto controls = std::make_shared<FakeControls>();
      (*controls).*wish = true;
      controls->throw_no_exception_type = unknown_type;
      const Status status = CreateWith(controls);
      EXPECT_EQ(status.code(), ErrorCode::kInternal);
      EXPECT_FALSE(status.message().empty());
      EXPECT_THAT(status.message(), Not(HasSubstr("backtrace")));
    }
  }
}

TEST(HostileEstimator, NoEstimatorIsAStatus) {
  SyntheticScene scene(64, 64);
  EXPECT_EQ(Tracker::Create(nullptr, scene.Support(), {}).status().code(), ErrorCode::kInvalidArgument);
}

TEST(HostileEstimator, ThrowingInAFrameIsAStatusAndTheNextFrameWorks) {
  TrackerRig rig;
  for (int i = 0; i < 3; ++i) rig.Step(kPose);
  const SceneFrame frame(rig.scene.Draw(kPose), PixelFormat::kRgb);
  rig.controls->throw_in_estimate = true;
  EXPECT_EQ(rig.tracker->Process(frame.view(), &rig.result).code(), ErrorCode::kInternal);
  EXPECT_TRUE(rig.result.instances.empty());
  rig.controls->throw_no_exception_type = true;
  EXPECT_EQ(rig.tracker->Process(frame.view(), &rig.result).code(), ErrorCode::kInternal);
  rig.controls->throw_in_estimate = false;
  for (int i = 0; i < 3; ++i) rig.Step(kPose);
  EXPECT_EQ(rig.state(), TrackState::kTracked);
}

TEST(HostileEstimator, AThrowingNameIsAName) {
  TrackerRig rig;
  EXPECT_EQ(rig.tracker->model_name(), "fake");
  rig.controls->throw_in_model_name = true;
  EXPECT_EQ(rig.tracker->model_name(), "unknown");
}

TEST(HostileEstimator, WrongCountsAreNamed) {
  for (auto wish : {&FakeControls::one_crop_short, &FakeControls::one_keypoint_short}) {
    TrackerRig rig;
    (*rig.controls).*wish = true;
    const SceneFrame frame(rig.scene.Draw(kPose), PixelFormat::kRgb);
    const Status status = rig.tracker->Process(frame.view(), &rig.result);
    EXPECT_EQ(status.code(), ErrorCode::kInternal);
    EXPECT_THAT(status.message(), HasSubstr("answered"));
  }
}

TEST(HostileEstimator, NonsenseIsNoConfidence) {
  for (auto wish : {&FakeControls::not_a_number, &FakeControls::infinite}) {
    TrackerRig rig;
    for (int i = 0; i < 3; ++i) rig.Step(kPose);
    (*rig.controls).*wish = true;
    for (int i = 0; i < 40; ++i) {
      rig.Step(kPose);
      for (const Instance &instance : rig.result.instances) {
        EXPECT_EQ(instance.confidence, 0);
        for (const TrackedPoint &p : instance.points) {
          ASSERT_TRUE(std::isfinite(p.xy_in_frame.x) && std::isfinite(p.raw_in_frame.y));
        }
      }
    }
    EXPECT_EQ(rig.state(), TrackState::kLost);
    (*rig.controls).*wish = false;
    for (int i = 0; i < 40 && rig.state() != TrackState::kTracked; ++i) rig.Step(kPose);
    EXPECT_EQ(rig.state(), TrackState::kTracked);
  }
}

TEST(HostileEstimator, AbsurdConfidencesAreClamped) {
  TrackerRig rig;
  rig.controls->confidence_factor = 1e9F;
  for (int i = 0; i < 3; ++i) rig.Step(kPose);
  EXPECT_EQ(rig.result.instances.at(0).confidence, 1);
  rig.controls->confidence_factor = -1e9F;
  for (int i = 0; i < 3; ++i) rig.Step(kPose);
  EXPECT_EQ(rig.result.instances.at(0).confidence, 0);
}

TEST(HostileEstimator, FarAnswersDoNotDragThePlaceAway) {
  TrackerRig rig;
  for (int i = 0; i < 3; ++i) rig.Step(kPose);
  rig.controls->offset_pixels = 1e30F;
  for (int i = 0; i < 20; ++i) {
    rig.Step(kPose);
    for (const TrackedPoint &p : rig.result.instances.at(0).points) {
      ASSERT_LT(std::abs(p.xy_in_frame.x) + std::abs(p.xy_in_frame.y), 1e4F);
    }
  }
}

}  // namespace
}  // namespace kpt
