// Several instances of one kind: found one by one, kept apart and in identity while they move, meet and leave.
#include <gmock/gmock.h>

#include "crowd.h"
#include "testing/tracker_rig.h"

namespace kpt {
namespace {

using testing::ScenePose;
using testing::TrackerRig;

TrackerSettings Two() {
  TrackerSettings settings;
  settings.smoothing = Smoothing::kNone;
  settings.instances = 2;
  return settings;
}

/// Which of the poses an instance is at; -1: neither.
int PoseOf(const TrackerRig &rig, std::size_t instance, const std::vector<ScenePose> &poses) {
  for (std::size_t i = 0; i < poses.size(); ++i) {
    if (rig.RawError(poses[i], instance) < 0.1) return static_cast<int>(i);
  }
  return -1;
}

TEST(Crowd, FindsEveryObjectOnce) {
  TrackerRig rig(Two(), 480, 240);
  const std::vector<ScenePose> poses = {{{120, 120}, 90, 0}, {{350, 110}, 90, 20}};
  for (int i = 0; i < 3; ++i) rig.StepAll(poses);
  ASSERT_EQ(rig.result.instances.size(), 2U);
  EXPECT_EQ(rig.result.instances[0].id, 1);
  EXPECT_EQ(rig.result.instances[1].id, 2);
  for (const Instance &instance : rig.result.instances) EXPECT_EQ(instance.state, TrackState::kTracked);
  const int first = PoseOf(rig, 0, poses), second = PoseOf(rig, 1, poses);
  EXPECT_GE(first, 0);
  EXPECT_GE(second, 0);
  EXPECT_NE(first, second);
}

TEST(Crowd, ASingleObjectIsNotFollowedTwice) {
  TrackerSettings settings = Two();
  settings.max_lost_frames = 5;
  TrackerRig rig(settings);
  const ScenePose pose{{160, 120}, 90, 0};
  for (int i = 0; i < 20; ++i) rig.StepAll({pose});
  int followed = 0;
  for (const Instance &instance : rig.result.instances) followed += !instance.points.empty();
  EXPECT_EQ(followed, 1);
}

TEST(Crowd, KeepsIdentitiesWhileObjectsPassEachOther) {
  TrackerRig rig(Two(), 480, 240);
  std::vector<ScenePose> poses = {{{100, 70}, 80, 0}, {{380, 170}, 80, 0}};
  for (int i = 0; i < 3; ++i) rig.StepAll(poses);
  const int first = PoseOf(rig, 0, poses), second = PoseOf(rig, 1, poses);
  ASSERT_NE(first, second);
  for (int i = 0; i < 70; ++i, poses[0].centre.x += 4, poses[1].centre.x -= 4) rig.StepAll(poses);
  EXPECT_EQ(PoseOf(rig, 0, poses), first);
  EXPECT_EQ(PoseOf(rig, 1, poses), second);
}

TEST(Crowd, AnObjectThatLeftComesBackAsItself) {
  TrackerSettings settings = Two();
  settings.max_lost_frames = 6;
  TrackerRig rig(settings, 480, 240);
  const std::vector<ScenePose> poses = {{{120, 120}, 90, 0}, {{350, 110}, 90, 0}};
  for (int i = 0; i < 4; ++i) rig.StepAll(poses);
  const int stays = PoseOf(rig, 0, poses), leaves = PoseOf(rig, 1, poses);
  ASSERT_TRUE(stays >= 0 && leaves >= 0 && stays != leaves);
  for (int i = 0; i < 20; ++i) rig.StepAll({poses[static_cast<std::size_t>(stays)]});
  EXPECT_EQ(PoseOf(rig, 0, poses), stays);
  EXPECT_EQ(rig.result.instances.at(1).state, TrackState::kLost);
  for (int i = 0; i < 40; ++i) rig.StepAll(poses);
  EXPECT_EQ(PoseOf(rig, 0, poses), stays);
  EXPECT_EQ(PoseOf(rig, 1, poses), leaves);
  EXPECT_EQ(rig.result.instances.at(1).state, TrackState::kTracked);
}

TEST(Crowd, AsksAboutAllInstancesInOneBatch) {
  TrackerRig rig(Two(), 480, 240);
  const std::vector<ScenePose> poses = {{{120, 120}, 90, 0}, {{350, 110}, 90, 0}};
  for (int i = 0; i < 3; ++i) rig.StepAll(poses);
  const int calls = rig.controls->estimate_calls, crops = rig.controls->crops;
  rig.StepAll(poses);
  EXPECT_EQ(rig.controls->estimate_calls - calls, 1);
  EXPECT_EQ(rig.controls->crops - crops, 2);
}

TEST(Crowd, AnAnswerAboutAnotherIsRecognised) {
  const std::vector<Point2> own = {{10, 10}, {20, 10}}, other = {{60, 10}, {70, 10}};
  const std::vector<CrowdMember> members = {{Similarity::Make(40, 0, {15, 10}), &own},
                                            {Similarity::Make(40, 0, {65, 10}), &other}};
  const auto at = [](float x) { return Measurements{{{x, 10}, 0.9F, 1}, {{x + 10, 10}, 0.9F, 1}}; };
  EXPECT_FALSE(AboutAnother(at(12), members, 0));
  EXPECT_TRUE(AboutAnother(at(58), members, 0));
  EXPECT_FALSE(AboutAnother(at(58), members, 1));
  EXPECT_FALSE(AboutAnother(at(300), members, 0)) << "far from both";
  EXPECT_NEAR(ShareOfOthers(at(60), {members[1]}), 1, 1e-6);
  EXPECT_NEAR(ShareOfOthers(at(12), {members[1]}), 0, 1e-6);
}

}  // namespace
}  // namespace kpt
