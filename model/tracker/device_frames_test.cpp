// The tracker with frames in GPU memory, on a machine without a GPU: DeviceFrameReader is put in the library's place by
// one whose GPU is system memory, which counts what the real one would wait for. Pixels, questions and answers are
// real.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "device_frame.h"
#include "frame_channels.h"
#include "frame_pixels.h"
#include "kpt/base/error.h"
#include "testing/tracker_rig.h"

namespace kpt {
namespace {

/// The GPU's one stream.
struct Stream {
  int pending = 0;  ///< pieces of work that nobody has waited for
  int waits = 0;

  void Wait() {
    waits += pending > 0;
    pending = 0;
  }
} stream;

FrameView OnHost(FrameView view) {
  view.memory = FrameMemory::kHost;
  return view;
}

}  // namespace

struct DeviceFrameReader::Buffers {
  std::vector<std::vector<std::uint8_t>> slots;
};

DeviceFrameReader::DeviceFrameReader() : buffers_(std::make_unique<Buffers>()) {}
DeviceFrameReader::~DeviceFrameReader() = default;

void DeviceFrameReader::Crop(const FrameView &frame, const ops::Placement &place, int size, std::uint8_t *rgb) {
  ++stream.pending;
  FramePixels pixels;
  pixels.Attach(OnHost(frame));
  pixels.Crop({place.a, place.b, place.dx, place.dy}, size, rgb);
  stream.Wait();
}

void DeviceFrameReader::QueueGrey(const FrameView &frame, ops::GreyPart part, std::size_t slot) {
  ++stream.pending;
  buffers_->slots.resize(std::max(buffers_->slots.size(), slot + 1));
  part.frame = ChannelsOf(frame);
  buffers_->slots[slot].resize(static_cast<std::size_t>(part.columns) * part.rows);
  EXPECT_EQ(ops::GreyOfFrameCpu(part, buffers_->slots[slot].data(), ops::SerialFor), ops::OpStatus::kOk);
}

void DeviceFrameReader::TakeGrey(std::size_t slot, std::uint8_t *grey) {
  stream.Wait();
  std::copy(buffers_->slots.at(slot).begin(), buffers_->slots.at(slot).end(), grey);
}

namespace {

using namespace testing;  // the rig's, not googletest's

/// A fake that cuts crops of frames in GPU memory itself, as the network does there, and waits for its answer.
class DeviceEstimator : public FakeEstimator {
 public:
  using FakeEstimator::FakeEstimator;
  bool CutsCropsOf(FrameMemory) const override { return true; }
  std::vector<CropEstimate> Estimate(const std::vector<CropQuery> &queries) override {
    const std::size_t bytes = static_cast<std::size_t>(crop_size()) * crop_size() * 3;
    std::vector<std::uint8_t> pixels(queries.size() * bytes);
    std::vector<CropQuery> cut = queries;
    for (std::size_t i = 0; i < cut.size(); ++i) {
      if (cut[i].rgb != nullptr) continue;
      const CropOfFrame &crop = cut[i].in_frame;
      FramePixels frame;
      frame.Attach(OnHost(*crop.frame));
      frame.Crop({crop.a, crop.b, crop.dx, crop.dy}, crop_size(), &pixels[i * bytes]);
      cut[i].rgb = &pixels[i * bytes];
    }
    ++stream.pending;
    stream.Wait();
    return FakeEstimator::Estimate(cut);
  }
};

class DeviceFrames : public ::testing::Test {
 protected:
  static constexpr int kWidth = 640, kHeight = 480;

  void Start(const TrackerSettings &settings) {
    auto made = Tracker::Create(std::make_unique<DeviceEstimator>(), scene_.Support(), settings);
    ASSERT_TRUE(made.ok()) << made.status().message();
    tracker_ = std::move(made).value();
    stream = {};
  }

  /// How often this frame was waited for.
  int WaitsFor(const std::vector<ScenePose> &poses) {
    const SceneFrame frame(scene_.DrawAll(poses), PixelFormat::kNv12);
    FrameView view = frame.view(frames_++ * TrackerRig::kFrameNs);
    view.memory = FrameMemory::kCuda;
    stream.waits = 0;
    const Status status = tracker_->Process(view, &result_);
    EXPECT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(stream.pending, 0) << "work was queued that nobody took";
    return stream.waits;
  }

  /// Of the farthest point of the object, in box sides.
  double Error(const ScenePose &pose, std::size_t instance = 0) const {
    double worst = 0;
    const std::vector<Point2> truth = scene_.Truth(pose);
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const Point2 found = result_.instances.at(instance).points.at(i).raw_in_frame;
      worst = std::max(worst, std::hypot(found.x - truth[i].x, found.y - truth[i].y) / pose.side);
    }
    return worst;
  }

  /// Through the frame and back, turning and growing: the surroundings that flow keeps are left again and again.
  static ScenePose MovingAt(int frame) {
    const double phase = 0.05 * frame;
    return {
        {320 + 200 * static_cast<float>(std::sin(phase)), 240}, 90 + 40 * std::sin(0.7 * phase), 60 * std::sin(phase)};
  }

  SyntheticScene scene_{kWidth, kHeight};
  std::unique_ptr<Tracker> tracker_;
  FrameResult result_;

 private:
  int frames_ = 0;
};

TEST_F(DeviceFrames, AreWaitedForOnce) {
  Start({});
  WaitsFor({MovingAt(0)});  // the start is searched
  for (int frame = 1; frame < 150; ++frame) {
    ASSERT_EQ(WaitsFor({MovingAt(frame)}), 1) << "frame " << frame;
    ASSERT_EQ(result_.instances.at(0).state, TrackState::kTracked) << "frame " << frame;
    ASSERT_LE(Error(MovingAt(frame)), 0.05) << "frame " << frame;
  }
}

TEST_F(DeviceFrames, AreWaitedForOnceForSeveralObjects) {
  TrackerSettings settings;
  settings.instances = 2;
  Start(settings);
  const auto poses = [](int frame) {
    const float shift = 3.0F * static_cast<float>(frame);
    return std::vector<ScenePose>{{{120 + shift, 130}, 100, 0}, {{520 - shift, 350}, 100, 0}};
  };
  for (int frame = 0; frame < 10; ++frame) WaitsFor(poses(0));  // the second one is searched for a while
  ASSERT_EQ(result_.instances.size(), 2U);
  for (int frame = 1; frame < 60; ++frame) ASSERT_EQ(WaitsFor(poses(frame)), 1) << "frame " << frame;
}

TEST_F(DeviceFrames, AreWaitedForOnceWhereTheNetworkRests) {
  TrackerSettings settings;
  settings.inference_interval = 5;
  Start(settings);
  WaitsFor({MovingAt(0)});
  for (int frame = 1; frame < 60; ++frame) ASSERT_EQ(WaitsFor({MovingAt(frame)}), 1) << "frame " << frame;
}

TEST_F(DeviceFrames, AreWaitedForByFlowAndByTheNetworkWhereItIsAskedAfterFlow) {
  TrackerSettings settings;
  settings.ask_ahead = AskAhead::kNever;
  Start(settings);
  WaitsFor({MovingAt(0)});
  int most = 0;
  for (int frame = 1; frame < 60; ++frame) {
    const int waits = WaitsFor({MovingAt(frame)});
    ASSERT_GE(waits, 2) << "frame " << frame;
    most = std::max(most, waits);
  }
  EXPECT_EQ(most, 3) << "where the surroundings are taken anew";
}

}  // namespace
}  // namespace kpt
