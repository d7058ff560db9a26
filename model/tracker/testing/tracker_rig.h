// What the tests of the whole tracker share: a scene, a tracker with a fake estimator, and frames handed to it in turn.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "kpt/tracker.h"
#include "testing/fake_estimator.h"
#include "testing/synthetic_scene.h"

namespace kpt::testing {

class TrackerRig {
 public:
  explicit TrackerRig(const TrackerSettings &settings = {}, int width = 320, int height = 240)
      : scene(width, height), controls(std::make_shared<FakeControls>()) {
    auto made = Tracker::Create(std::make_unique<FakeEstimator>(controls), scene.Support(), settings);
    EXPECT_TRUE(made.ok()) << made.status().message();
    if (made.ok()) tracker = std::move(made).value();
  }

  /// Tracks one frame at 30 frames a second; `noise` is the sensor's.
  const FrameResult &Step(const std::optional<ScenePose> &pose, double noise = 0) {
    const SceneFrame frame(scene.Draw(pose, noise), PixelFormat::kRgb);
    return Give(frame.view(frame_index_++ * kFrameNs));
  }

  /// The same with several objects, and the regions that a detector gives.
  const FrameResult &StepAll(const std::vector<ScenePose> &poses, const std::vector<Region> &regions = {}) {
    const SceneFrame frame(scene.DrawAll(poses), PixelFormat::kRgb);
    return Give(frame.view(frame_index_++ * kFrameNs), regions);
  }

  const FrameResult &Give(const FrameView &view, const std::vector<Region> &regions = {}) {
    const Status status = tracker->Process(view, regions, &result);
    EXPECT_TRUE(status.ok()) << status.message();
    return result;
  }

  /// Root of the mean squared distance of the raw points from the truth, in box sides; a large number where there are
  /// none.
  double RawError(const ScenePose &pose, std::size_t instance = 0) const {
    return Error(pose, &TrackedPoint::raw_in_frame, instance);
  }
  double SmoothedError(const ScenePose &pose) const { return Error(pose, &TrackedPoint::xy_in_frame, 0); }

  TrackState state() const { return result.instances.empty() ? TrackState::kSearching : result.instances[0].state; }

  static constexpr std::int64_t kFrameNs = 33'333'333;
  SyntheticScene scene;
  std::shared_ptr<FakeControls> controls;
  std::unique_ptr<Tracker> tracker;
  FrameResult result;

 private:
  double Error(const ScenePose &pose, Point2 TrackedPoint::*which, std::size_t instance) const {
    if (result.instances.size() <= instance || result.instances[instance].points.empty()) return 1e9;
    const std::vector<Point2> truth = scene.Truth(pose);
    double sum = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const Point2 p = result.instances[instance].points[i].*which;
      sum += (p.x - truth[i].x) * (p.x - truth[i].x) + (p.y - truth[i].y) * (p.y - truth[i].y);
    }
    return std::sqrt(sum / static_cast<double>(truth.size())) / pose.side;
  }

  int frame_index_ = 0;
};

}  // namespace kpt::testing
