// One run of keypointtrack, from start to stop: the tracker, the caps of its frames, and the rules of time (when a
// seek or a gap ends the track, how a track survives a change of size). Knows video frames but no element and no lock;
// used from the streaming thread. Throws kpt::Error.
#pragma once

#include <gst/video/video.h>

#include <optional>
#include <string>
#include <vector>

#include "frame_view.h"
#include "keypoint_meta.h"
#include "kpt/tracker.h"
#include "network_registry.h"
#include "point_arguments.h"
#include "track_loader.h"
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

  /// Other shots from the next frame on. The track goes on where they have the same keypoints, else it begins anew.
  void Exchange(LoadedTracker next);

  /// Starts instance `id` from points of the next frame; keypoints that are not given are put where the layout has
  /// them. Throws Error(kInvalidArgument) for an unknown id or name, and too few points.
  void StartFrom(int id, const NamedPoints &points);

  /// Frames that should have come before the last one and were dropped on the way, by its time stamp and DISCONT flag.
  std::int64_t dropped_before() const noexcept { return dropped_before_; }

  const TrackHeader &header() const noexcept { return loaded_.header; }
  const SharedNetwork &network() const noexcept { return network_; }
  std::size_t shots() const { return loaded_.tracker->support().shots.size(); }

  /// What the user should know after loading, each a sentence.
  const std::vector<std::string> &warnings() const noexcept { return loaded_.warnings; }

 private:
  Tracker &tracker() const noexcept { return *loaded_.tracker; }
  std::optional<std::int64_t> DurationOf(GstBuffer *buffer) const;
  std::int64_t DroppedBefore(const FrameView &frame, GstBuffer *buffer) const;
  void ResetAtSeekOrGap(const FrameView &frame);
  void ContinueScaled(const GstVideoInfo &from, const GstVideoInfo &to);

  SharedNetwork network_;
  LoadedTracker loaded_;
  TrackerSettings settings_;
  std::string object_class_;
  std::optional<GstVideoInfo> info_;
  std::optional<std::int64_t> last_pts_ns_;
  std::int64_t dropped_before_ = 0;
  FrameResult result_;
};

}  // namespace kpt::gst
