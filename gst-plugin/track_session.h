// One run of keypointtrack, from start to stop: the tracker, the caps of its frames, and the rules of time (when a
// seek or a gap ends the track, how a track survives a change of size). Knows video frames but no element and no lock;
// used from the streaming thread. Throws kpt::Error.
#pragma once

#include <gst/video/video.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "frame_view.h"
#include "keypoint_meta.h"
#include "kpt/tracker.h"
#include "track_settings.h"

namespace kpt::gst {

class TrackSession {
 public:
  /// Loads the shots and the network and makes the tracker. Errors as LoadSupport, LoadEstimator and Tracker::Create;
  /// kSupport where no support file is set.
  explicit TrackSession(const TrackSettings &settings);

  /// The caps of the frames to come. A track goes on, scaled, where only their size changed. Throws
  /// Error(kInvalidArgument) where an initial box lies outside the first ones.
  void SetVideoInfo(const GstVideoInfo &info);

  /// Tracks one frame, whose pixels are only read. The result is valid until the next call.
  const FrameResult &Track(GstBuffer *buffer, const FrameMapping &mapping = {});

  /// Forgets the track before the next frame.
  void Reset();

  /// Changes what can change while playing.
  void Update(const TrackSettings &settings);

  const TrackHeader &header() const noexcept { return header_; }
  const std::string &device() const noexcept { return device_; }
  std::size_t shots() const { return tracker_->support().shots.size(); }

  /// What the user should know after loading, each a sentence.
  const std::vector<std::string> &warnings() const noexcept { return warnings_; }

 private:
  std::optional<std::int64_t> DurationOf(GstBuffer *buffer) const;
  void ResetAtSeekOrGap(const FrameView &frame);
  void ContinueScaled(const GstVideoInfo &from, const GstVideoInfo &to);

  std::unique_ptr<Tracker> tracker_;
  TrackHeader header_;
  std::string device_;
  std::vector<std::string> warnings_;
  std::vector<OrientedBox> initial_boxes_;
  InferenceRegion inference_region_;
  std::string object_class_;
  std::optional<GstVideoInfo> info_;
  std::optional<std::int64_t> last_pts_ns_;
  FrameResult result_;
};

}  // namespace kpt::gst
