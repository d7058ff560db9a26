// The tracker on networks without a confidence head, where the features alone tell what is sure: the shipped weights
// with their head switched off on composed scenes, and the paper's architecture with the golden parameters, which have
// learned nothing.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <string>

#include "composed/composer.h"
#include "golden_parameters.h"
#include "kpt/base/error.h"
#include "kpt/estimator.h"
#include "kpt/net/weights.h"
#include "kpt/tracker.h"

namespace kpt {
namespace {

namespace fs = std::filesystem;

constexpr int kBefore = 15, kAway = 20, kBack = 10;
constexpr int kPatience = 3;  // doubtful frames that the state machine waits for

std::unique_ptr<Tracker> Follower(const EstimatorSettings &network, const SupportSet &support, const Box &box) {
  auto loaded = LoadEstimator(network);
  if (!loaded.ok()) throw Error(loaded.status().code(), loaded.status().message());
  TrackerSettings settings;
  settings.initial_boxes = {{box, 0}};
  auto made = Tracker::Create(std::move(loaded.value().estimator), support, settings);
  if (!made.ok()) throw Error(made.status().code(), made.status().message());
  return std::move(made.value());
}

/// The first instance; one that is lost where there is none.
Instance Process(Tracker &tracker, const cv::Mat &bgr) {
  FrameResult result;
  ThrowIfFailed(tracker.Process(PackedView(PixelFormat::kBgr, bgr.data, bgr.cols, bgr.rows, static_cast<int>(bgr.step)),
                                &result));
  if (!result.instances.empty()) return result.instances[0];
  Instance none;
  none.state = TrackState::kLost;
  return none;
}

TEST(Headless, TheStateFollowsAnObjectThatLeavesAndReturns) {
  const std::string folder = std::string(KPT_SHARED_DIR) + "/data/sleap_flies";
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is not there";
  const composed::CutOut fly = composed::CutOutsOf(folder, 1)[0];
  composed::Composer scene(fly, {640, 480}, 7);
  const composed::Frame with{composed::Placement{{320, 240}}, std::nullopt, 2}, without{std::nullopt, std::nullopt, 2};
  const Box &box = fly.support.shots[0].box;
  const std::string weights = std::string(KPT_SOURCE_DIR) + "/weights/keypoints-small.safetensors";
  const auto tracker = Follower({weights, "cpu", 0, false}, fly.support,
                                {320 - box.width / 2, 240 - box.height / 2, box.width, box.height});
  Instance seen;
  for (int f = 0; f < kBefore; ++f) seen = Process(*tracker, scene.Draw(with));
  EXPECT_EQ(seen.state, TrackState::kTracked) << "confidence " << seen.confidence;
  for (int f = 0; f < kAway; ++f) {
    seen = Process(*tracker, scene.Draw(without));
    if (f < kPatience) continue;
    EXPECT_NE(seen.state, TrackState::kTracked) << "frame " << f << " without the object";
  }
  for (int f = 0; f < kBack; ++f) seen = Process(*tracker, scene.Draw(with));
  EXPECT_EQ(seen.state, TrackState::kTracked) << "confidence " << seen.confidence;
}

cv::Mat Noise(std::uint64_t seed) {
  cv::Mat noise(120, 160, CV_8UC3);
  cv::RNG(seed).fill(noise, cv::RNG::UNIFORM, 0, 256);
  return noise;
}

/// Four points marked in noise.
SupportSet NoiseSupport(const Box &box) {
  const cv::Mat picture = Noise(1);
  SupportSet support;
  support.category = "noise";
  support.keypoint_names = {"a", "b", "c", "d"};
  support.skeleton = {{0, 1}, {1, 2}, {2, 3}};
  SupportShot shot;
  shot.image = {picture.cols, picture.rows, {picture.datastart, picture.dataend}};
  shot.box = box;
  shot.points = {{50, 40}, {100, 45}, {105, 90}, {55, 80}};
  shot.visible.assign(shot.points.size(), true);
  shot.source = "noise";
  support.shots = {shot};
  return support;
}

TEST(Headless, ANetworkThatLearnedNothingIsNotSureOfNoise) {
  constexpr int kFrames = 6;
  const fs::path file = fs::temp_directory_path() / ("kpt_headless_" + std::to_string(::getpid()) + ".safetensors");
  const auto golden = std::make_unique<net::FgsaNet>(net::NetConfig::Released());
  net::FillWithGoldenParameters(**golden);
  net::SaveNet(file.string(), *golden, {}, true);
  const Box box{40, 20, 80, 80};
  const auto tracker = Follower({file.string(), "cpu", 0}, NoiseSupport(box), box);
  fs::remove(file);
  int tracked = 0;
  for (int f = 0; f < kFrames; ++f) {
    const Instance seen = Process(*tracker, Noise(2 + f));
    tracked += seen.state == TrackState::kTracked;
    EXPECT_TRUE(seen.confidence >= 0 && seen.confidence <= 1) << seen.confidence;
    for (const TrackedPoint &p : seen.points) {
      EXPECT_TRUE(p.confidence >= 0 && p.confidence <= 1) << p.confidence;
      EXPECT_TRUE(std::isfinite(p.xy_in_frame.x) && std::isfinite(p.xy_in_frame.y));
    }
  }
  EXPECT_LT(tracked, kFrames / 2) << "of " << kFrames << " frames of noise";
}

}  // namespace
}  // namespace kpt
