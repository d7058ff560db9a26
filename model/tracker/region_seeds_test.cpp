// A detector's regions in place of the search: what is found in them, whose they are, and which id an instance bears.
#include <gmock/gmock.h>

#include <limits>

#include "testing/tracker_rig.h"

namespace kpt {
namespace {

using testing::ScenePose;
using testing::TrackerRig;

constexpr ScenePose kLeft{{120, 120}, 90, 0};
constexpr ScenePose kRight{{350, 110}, 90, 0};

TrackerSettings InRegions(int instances = 1) {
  TrackerSettings settings;
  settings.smoothing = Smoothing::kNone;
  settings.instances = instances;
  settings.inference_region = InferenceRegion::kRoiList;
  settings.max_lost_frames = 6;
  return settings;
}

/// What a detector says of an object: a box that is no closer around it than detectors' are.
Region Seen(int id, const ScenePose &pose) {
  const auto side = static_cast<float>(1.2 * pose.side);
  return {id, {pose.centre.x - side / 2, pose.centre.y - side / 2 + 4, side, side}};
}

/// Root of the mean squared error of the instance of this id, in box sides; large where there is none.
double ErrorOf(const TrackerRig &rig, int id, const ScenePose &pose) {
  for (std::size_t i = 0; i < rig.result.instances.size(); ++i) {
    if (rig.result.instances[i].id == id) return rig.RawError(pose, i);
  }
  return std::numeric_limits<double>::max();
}

TEST(RegionSeeds, NoRegionIsNoSearch) {
  TrackerRig rig(InRegions());
  for (int i = 0; i < 5; ++i) rig.StepAll({kLeft});
  EXPECT_EQ(rig.controls->estimate_calls, 0);
  EXPECT_FALSE(rig.result.inferred);
}

TEST(RegionSeeds, AnInstanceIsFoundInItsRegionAndBearsItsId) {
  TrackerRig rig(InRegions());
  for (int i = 0; i < 3; ++i) rig.StepAll({kLeft}, {Seen(57, kLeft)});
  ASSERT_EQ(rig.result.instances.size(), 1U);
  EXPECT_EQ(rig.result.instances[0].id, 57);
  EXPECT_EQ(rig.state(), TrackState::kTracked);
  EXPECT_LT(rig.RawError(kLeft), 0.03);
}

TEST(RegionSeeds, AnObjectOutsideEveryRegionIsNotFound) {
  TrackerRig rig(InRegions(), 480, 240);
  for (int i = 0; i < 5; ++i) rig.StepAll({kLeft}, {Seen(1, kRight)});
  for (const Instance &instance : rig.result.instances) EXPECT_TRUE(instance.points.empty());
}

TEST(RegionSeeds, ATrackedInstanceNeedsNoFurtherRegionAndNoSearch) {
  TrackerRig rig(InRegions(), 480, 240);
  ScenePose pose = kLeft;
  for (int i = 0; i < 3; ++i) rig.StepAll({pose}, {Seen(7, pose)});
  const int crops = rig.controls->crops;
  for (int i = 0; i < 20; ++i, pose.centre.x += 3) rig.StepAll({pose});
  EXPECT_EQ(rig.controls->crops - crops, 20);
  EXPECT_LT(ErrorOf(rig, 7, {{pose.centre.x - 3, pose.centre.y}, 90, 0}), 0.05);
}

TEST(RegionSeeds, ARegionAroundATrackedInstanceCostsNothingWhateverItsId) {
  TrackerRig rig(InRegions(2), 480, 240);
  for (int i = 0; i < 3; ++i) rig.StepAll({kLeft}, {Seen(7, kLeft)});
  const int crops = rig.controls->crops;
  for (int id : {7, 8, 0, -3}) rig.StepAll({kLeft}, {Seen(id, kLeft)});
  EXPECT_EQ(rig.controls->crops - crops, 4);
  EXPECT_LT(ErrorOf(rig, 7, kLeft), 0.03);
}

TEST(RegionSeeds, SeveralRegionsGiveSeveralInstancesWithTheirIdsAtOnce) {
  TrackerRig rig(InRegions(2), 480, 240);
  for (int i = 0; i < 2; ++i) rig.StepAll({kLeft, kRight}, {Seen(40, kRight), Seen(30, kLeft)});
  ASSERT_EQ(rig.result.instances.size(), 2U);
  EXPECT_LT(ErrorOf(rig, 30, kLeft), 0.03);
  EXPECT_LT(ErrorOf(rig, 40, kRight), 0.03);
}

TEST(RegionSeeds, RegionsWithoutIdsGiveIdsFromOne) {
  TrackerRig rig(InRegions(2), 480, 240);
  for (int i = 0; i < 2; ++i) rig.StepAll({kLeft, kRight}, {Seen(0, kLeft), Seen(0, kRight)});
  EXPECT_LT(std::min(ErrorOf(rig, 1, kLeft), ErrorOf(rig, 1, kRight)), 0.03);
  EXPECT_LT(std::min(ErrorOf(rig, 2, kLeft), ErrorOf(rig, 2, kRight)), 0.03);
}

TEST(RegionSeeds, NothingIsFollowedWhereADetectorErred) {
  TrackerRig rig(InRegions(), 480, 240);
  for (int i = 0; i < 4; ++i) rig.StepAll({}, {Seen(5, kLeft)});
  for (const Instance &instance : rig.result.instances) EXPECT_TRUE(instance.points.empty());
  EXPECT_LE(rig.controls->crops, 4 * 2) << "a region that shows nothing costs two crops a frame";
}

TEST(RegionSeeds, ATurnedObjectIsFoundInItsUprightRegion) {
  TrackerRig rig(InRegions());
  rig.controls->largest_turn_deg = 50;
  const ScenePose turned{{160, 120}, 90, 180};
  for (int i = 0; i < 10; ++i) rig.StepAll({turned}, {Seen(5, turned)});
  EXPECT_LT(ErrorOf(rig, 5, turned), 0.05);
}

TEST(RegionSeeds, ALostInstanceComesBackUnderItsId) {
  TrackerRig rig(InRegions(2), 480, 240);
  for (int i = 0; i < 3; ++i) rig.StepAll({kLeft, kRight}, {Seen(30, kLeft), Seen(40, kRight)});
  for (int i = 0; i < 20; ++i) rig.StepAll({kLeft}, {Seen(30, kLeft)});
  ASSERT_EQ(rig.result.instances.at(1).state, TrackState::kLost);
  const ScenePose back{{300, 140}, 90, 0};
  bool reacquired = false;
  for (int i = 0; i < 4; ++i) {
    rig.StepAll({kLeft, back}, {Seen(30, kLeft), Seen(40, back)});
    for (const Event &event : rig.result.events) {
      reacquired |= event.kind == EventKind::kReacquired && event.instance_id == 40;
    }
  }
  EXPECT_TRUE(reacquired);
  EXPECT_LT(ErrorOf(rig, 40, back), 0.05);
}

TEST(RegionSeeds, OfTwoLostTheOneOfThatIdComesBack) {
  TrackerRig rig(InRegions(2), 480, 240);
  for (int i = 0; i < 3; ++i) rig.StepAll({kLeft, kRight}, {Seen(30, kLeft), Seen(40, kRight)});
  for (int i = 0; i < 20; ++i) rig.StepAll({});
  for (int i = 0; i < 3; ++i) rig.StepAll({kLeft}, {Seen(40, kLeft)});  // where 30 was
  EXPECT_LT(ErrorOf(rig, 40, kLeft), 0.05);
  EXPECT_EQ(rig.result.instances.at(0).id, 30);
  EXPECT_EQ(rig.result.instances.at(0).state, TrackState::kLost);
}

TEST(RegionSeeds, AnotherIdAfterALossIsAnotherObject) {
  TrackerRig rig(InRegions(), 480, 240);
  for (int i = 0; i < 3; ++i) rig.StepAll({kLeft}, {Seen(30, kLeft)});
  for (int i = 0; i < 20; ++i) rig.StepAll({});
  ASSERT_EQ(rig.state(), TrackState::kLost);
  for (int i = 0; i < 4; ++i) {
    rig.StepAll({kRight}, {Seen(41, kRight)});
    EXPECT_TRUE(rig.result.events.empty());
  }
  EXPECT_LT(ErrorOf(rig, 41, kRight), 0.05);
}

TEST(RegionSeeds, AnInstanceThatWentOverToAnotherReturnsToItsOwnRegion) {
  TrackerRig rig(InRegions(), 480, 240);
  for (int i = 0; i < 3; ++i) rig.StepAll({kLeft, kRight}, {Seen(30, kLeft)});
  ASSERT_LT(ErrorOf(rig, 30, kLeft), 0.03);
  for (int i = 0; i < 3; ++i) rig.StepAll({kLeft, kRight}, {Seen(30, kRight)});
  EXPECT_LT(ErrorOf(rig, 30, kLeft), 0.05) << "three frames may be the detector's mistake";
  for (int i = 0; i < 2; ++i) rig.StepAll({kLeft, kRight}, {Seen(30, kRight)});
  EXPECT_LT(ErrorOf(rig, 30, kRight), 0.05);
}

TEST(RegionSeeds, HostileRegionsArePassedOver) {
  TrackerRig rig(InRegions(2));
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  const std::vector<Region> hostile = {{1, {nan, 0, 50, 50}},       {2, {0, 0, nan, 50}},
                                       {3, {10, 10, 0, 0}},         {4, {10, 10, -50, 50}},
                                       {5, {5000, 5000, 50, 50}},   {6, {0, 0, infinity, infinity}},
                                       {7, {-1e9F, -1e9F, 50, 50}}, {8, {infinity, 0, 50, 50}}};
  for (int i = 0; i < 3; ++i) rig.StepAll({kLeft}, hostile);
  EXPECT_EQ(rig.controls->crops, 0);
  for (int i = 0; i < 3; ++i) rig.StepAll({kLeft}, {Seen(9, kLeft), Seen(9, kLeft), hostile[0]});
  EXPECT_LT(ErrorOf(rig, 9, kLeft), 0.03);
}

TEST(RegionSeeds, AnInitialBoxHoldsBesideThem) {
  TrackerSettings settings = InRegions();
  settings.initial_boxes = {{Seen(0, kLeft).box, 0}};
  TrackerRig rig(settings);
  for (int i = 0; i < 3; ++i) rig.StepAll({kLeft});
  EXPECT_LT(ErrorOf(rig, 1, kLeft), 0.03);
}

TEST(RegionSeeds, AreIgnoredWhereTheFullFrameIsSearched) {
  TrackerSettings settings = InRegions();
  settings.inference_region = InferenceRegion::kFullFrame;
  TrackerRig rig(settings, 480, 240);
  for (int i = 0; i < 3; ++i) rig.StepAll({kLeft}, {Seen(30, kRight)});
  EXPECT_LT(ErrorOf(rig, 1, kLeft), 0.03);
}

TEST(RegionSeeds, IdsStayOverAResetAndCanBeStartedFrom) {
  TrackerRig rig(InRegions());
  for (int i = 0; i < 3; ++i) rig.StepAll({kLeft}, {Seen(57, kLeft)});
  ASSERT_TRUE(rig.tracker->Reset().ok());
  const std::vector<Point2> truth = rig.scene.Truth(kLeft);
  EXPECT_TRUE(rig.tracker->StartFrom(57, truth, std::vector<bool>(truth.size(), true)).ok());
  rig.StepAll({kLeft});
  EXPECT_LT(ErrorOf(rig, 57, kLeft), 0.03);
  EXPECT_FALSE(rig.tracker->StartFrom(1, truth, std::vector<bool>(truth.size(), true)).ok());
}

}  // namespace
}  // namespace kpt
