// Each arrow of the state machine.
#include "track_state.h"

#include <gtest/gtest.h>

#include <string>

namespace kpt {
namespace {

constexpr int kMaxLost = 6;

/// Judges one frame a letter (c: confident, d: doubtful); returns the state after each: S, T, L, with + for reacquired
/// and
/// - for lost.
std::string Judge(TrackStateMachine *machine, const std::string &frames, int max_lost_frames = kMaxLost) {
  std::string states;
  for (const char frame : frames) {
    const auto event = machine->Judge(frame == 'c', max_lost_frames);
    states += "STL"[static_cast<int>(machine->state())];
    if (event) states += *event == EventKind::kLost ? '-' : '+';
  }
  return states;
}

std::string JudgeNew(const std::string &frames, int max_lost_frames = kMaxLost) {
  TrackStateMachine machine;
  return Judge(&machine, frames, max_lost_frames);
}

TEST(TrackState, SearchingToTrackedTakesTwoConfidentFramesInARow) {
  EXPECT_EQ(JudgeNew("cc"), "ST");
  EXPECT_EQ(JudgeNew("cdcdcc"), "SSSSST");
}

TEST(TrackState, TrackedSurvivesTwoDoubtfulFrames) { EXPECT_EQ(JudgeNew("ccddcddcdc"), "STTTTTTTTT"); }

TEST(TrackState, TheThirdDoubtfulFrameBeginsTheSearch) {
  EXPECT_EQ(JudgeNew("ccddd"), "STTTS");
  EXPECT_EQ(JudgeNew("ccdddcc"), "STTTSST");
}

TEST(TrackState, SearchingToLostCountsFromTheFirstDoubtfulFrame) {
  EXPECT_EQ(JudgeNew("ccdddddd"), "STTTSSSL-");
  EXPECT_EQ(JudgeNew("dddddd"), "SSSSSL-");
  EXPECT_EQ(JudgeNew("ccddddcddd"), "STTTSSSL-LL") << "one confident frame alone does not end the absence";
}

TEST(TrackState, LostToTrackedTakesTwoConfidentFramesInARow) {
  EXPECT_EQ(JudgeNew("ddddddcdcc"), "SSSSSL-LLLT+");
  EXPECT_EQ(JudgeNew("ddddddccddd"), "SSSSSL-LT+TTS");
}

TEST(TrackState, TheLossIsCountedAnewAfterTheObjectWasSeen) { EXPECT_EQ(JudgeNew("ddddccdddddd"), "SSSSSTTTSSSL-"); }

TEST(TrackState, OneLostFrameIsEnoughIfTheUserSaysSo) { EXPECT_EQ(JudgeNew("ccddd", 1), "STTTL-"); }

TEST(TrackState, ResetSaysWhatIsKnown) {
  TrackStateMachine machine;
  EXPECT_EQ(Judge(&machine, "dddd"), "SSSS");
  machine.Reset(TrackState::kTracked);
  EXPECT_EQ(Judge(&machine, "ddddd"), "TTSSS");
  machine.Reset();
  EXPECT_EQ(Judge(&machine, "ddddd"), "SSSSS");
}

}  // namespace
}  // namespace kpt
