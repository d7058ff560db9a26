// Accuracy of the tracker with the shipped weights on a clip that nothing was trained on (sleap_flies: one fly, its box
// in the first frame, one shot), against plain Lucas-Kanade and against the network alone. The table is printed; the
// bounds are what was reached, less a margin for other LibTorch versions. Skips where the clip is not there.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

#include "clip_trial.h"
#include "crowd_trial.h"
#include "flow_trial.h"
#include "kpt/base/error.h"
#include "kpt/estimator.h"

namespace kpt::trials {
namespace {

constexpr double kReached10 = 0.87;  // share of points within 10 % of the box
constexpr double kReachedByBoth10 = 0.74;
constexpr double kMostLostByTurning = 0.05;
constexpr double kMostLostWithoutHead = 0.03;
constexpr double kLeastTracked = 0.9;  // of the frames, in all of which the fly is there

class FlyClip : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!std::filesystem::exists(Folder())) return;
    clip_ = std::make_unique<LabelledClip>(LoadClip({Folder(), "clip"}));
    std::printf("%s: %zu labelled frames; shares of points within 5, 10, 20 %% of the box\n", Folder().c_str(),
                clip_->labels.size());
    upright_ = Measured("tracker", Trial());
  }
  static void TearDownTestSuite() { clip_.reset(); }

  void SetUp() override {
    if (!clip_) GTEST_SKIP() << Folder() << " is not there";
  }

  static std::string Folder() { return std::string(KPT_SHARED_DIR) + "/data/sleap_flies"; }

  static Score Measured(const std::string &name, const Trial &trial, bool use_confidence_head = true) {
    const std::string weights = std::string(KPT_SOURCE_DIR) + "/weights/keypoints-small.safetensors";
    auto loaded = LoadEstimator({weights, "cpu", 0, use_confidence_head});
    if (!loaded.ok()) throw Error(loaded.status().code(), loaded.status().message());
    return Printed(name, Follow(*clip_, trial, std::move(loaded.value().estimator)));
  }

  static Score Printed(const std::string &name, const Score &score) {
    std::printf("  %s\n", Line(name, score).c_str());
    std::fflush(stdout);
    return score;
  }

  static std::unique_ptr<LabelledClip> clip_;
  static Score upright_;
};

std::unique_ptr<LabelledClip> FlyClip::clip_;
Score FlyClip::upright_;

TEST_F(FlyClip, IsFollowedAsWellAsBefore) { EXPECT_GE(upright_.pck10, kReached10); }

TEST_F(FlyClip, IsFollowedBetterThanByLucasKanadeAlone) {
  EXPECT_GT(upright_.pck10, Printed("Lucas-Kanade alone", FollowByLucasKanade(*clip_, Trial(), false)).pck10);
}

TEST_F(FlyClip, IsFollowedBetterThanByTheNetworkAlone) {
  Trial alone;
  alone.settings.use_flow = false;
  alone.settings.smoothing = Smoothing::kNone;
  EXPECT_GT(upright_.pck10, Measured("network alone", alone).pck10);
}

TEST_F(FlyClip, IsFollowedWhileThePictureTurns) {
  Trial turning;
  turning.turn_deg_per_frame = 2;
  EXPECT_GE(Measured("tracker, picture turning 2 degrees", turning).pck10, upright_.pck10 - kMostLostByTurning);
}

TEST_F(FlyClip, IsFollowedNearlyAsWellWithoutAConfidenceHead) {
  const Score headless = Measured("tracker, confidence head off", Trial(), false);
  EXPECT_GE(headless.pck10, upright_.pck10 - kMostLostWithoutHead);
  EXPECT_GE(headless.tracked_frames, kLeastTracked * headless.frames);
}

TEST_F(FlyClip, BothFliesAreFollowedAndKeepTheirIdentity) {
  auto loaded = LoadEstimator({std::string(KPT_SOURCE_DIR) + "/weights/keypoints-small.safetensors", "cpu", 0});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const CrowdScore crowd = FollowAll(Folder(), "clip", std::move(loaded.value().estimator));
  Printed("both flies, no box", crowd.score);
  std::printf("  identity switches: %d\n", crowd.identity_switches);
  EXPECT_LE(crowd.identity_switches, 1);
  EXPECT_GE(crowd.score.pck10, kReachedByBoth10);
}

}  // namespace
}  // namespace kpt::trials
