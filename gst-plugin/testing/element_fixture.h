// What the element tests share: an element in a GstHarness with a bus of its own, frames of any format and layout, a
// support file in a temporary folder, and an estimator that does what a test says.
#pragma once

#include <gst/check/gstharness.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "keypoint_meta.h"

namespace kpt::gst::testing {

using Properties = std::vector<std::pair<std::string, std::string>>;

/// A folder that is gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::string Path(const std::string &name) const { return (path_ / name).string(); }
  std::string Write(const std::string &name, const std::string &text) const;

 private:
  std::filesystem::path path_;
};

/// Writes a support file with one shot of three keypoints (a, b, c; links a-b, b-c) and its picture; returns its path.
std::string WriteSupport(const TemporaryFolder &folder, const std::string &category = "thing");

/// What the fake estimator does; tests change it while elements run.
struct FakeBehaviour {
  std::atomic<float> confidence = 0.9F;
  std::atomic<int> estimates = 0;
  std::atomic<int> loads = 0;  ///< of the network
  std::atomic<int> shots = 0;  ///< of the support that was set last
  std::string throw_in;        ///< name of the virtual method that throws: crop_size, model_name, SetSupport, Estimate
  std::function<void()> thrower;
};

/// While it lives, elements use the fake estimator.
class FakeNetwork {
 public:
  FakeNetwork();
  ~FakeNetwork();
  FakeBehaviour &behaviour() { return *behaviour_; }

 private:
  std::shared_ptr<FakeBehaviour> behaviour_ = std::make_shared<FakeBehaviour>();
};

/// An element of ours, alone; stopped and freed at the end.
class ElementUnderTest {
 public:
  ElementUnderTest(const char *factory, const Properties &properties);
  ~ElementUnderTest();
  GstElement *get() const { return element_; }

  /// Plays it between a harness's pads; `caps` are those of the frames to come. `prepare` says before what downstream
  /// takes.
  GstHarness *Play(const std::string &caps, const std::function<void(GstHarness *)> &prepare = nullptr);

  /// The next message of these types, or null; the caller unrefs it.
  GstMessage *Pop(GstMessageType types);

  /// "domain/code: text" of the next error, "" where there is none.
  std::string PopError();
  std::string PopWarning();
  std::string PopProblem();  ///< the next of either; the two above drop what they do not look for

  /// The next element message of this name as text, "" where there is none. Others before it are dropped.
  std::string PopElementMessage(const char *name);

 private:
  GstElement *element_;
  GstBus *bus_;
  GstHarness *harness_ = nullptr;
};

/// The caps of raw video.
std::string VideoCaps(const std::string &format, int width, int height, const std::string &more = "framerate=30/1");

struct FrameOptions {
  GstClockTime pts = 0;
  int extra_stride = 0;  ///< bytes added to every row, announced in a GstVideoMeta
  int offset = 0;        ///< bytes before the first plane, announced in a GstVideoMeta
  guint8 fill = 100;
};

/// A frame of random-looking but repeatable pixels around `fill`.
GstBuffer *MakeFrame(const std::string &format, int width, int height, const FrameOptions &options = {});

/// All bytes of a buffer.
std::vector<guint8> BytesOf(GstBuffer *buffer);

/// A track of three points a, b, c in a frame of this size, as a tracker would say it.
Track MakeTrack(int width, int height, const std::string &category = "thing");

/// MakeTrack's track on the buffer.
GstBuffer *WithTrack(GstBuffer *buffer, const Track &track);

}  // namespace kpt::gst::testing
