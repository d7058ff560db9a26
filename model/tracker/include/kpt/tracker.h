// The tracker: support shots in, frames in, keypoints out. One object a tracker thread; not thread-safe.
// No Torch, OpenCV or GStreamer in this header. Public functions return a Status and never throw.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kpt/base/geometry.h"
#include "kpt/estimator.h"
#include "kpt/frame.h"
#include "kpt/status.h"
#include "kpt/support.h"

namespace kpt {

enum class TrackState { kSearching, kTracked, kLost };
enum class Visibility { kVisible, kHidden, kProjected, kLost };
enum class Smoothing { kNone, kOneEuro };

/// Where objects are searched: anywhere, or in the regions given with a frame alone.
enum class InferenceRegion { kFullFrame, kRoiList };

/// Whether the network is asked where the last motion would bring the object, before optical flow has looked at the
/// frame. It is a little less accurate (docs/tracking.md), and on a GPU one wait a frame serves both instead of one
/// each.
enum class AskAhead {
  kAuto,  ///< of frames in GPU memory
  kNever,
  kAlways,
};

/// A box that the user gives for the first frame: the object's, before rotation about its centre by `angle_deg`
/// (clockwise on the screen).
struct OrientedBox {
  Box box;
  float angle_deg = 0;
};

/// Where a detector saw an object in a frame.
struct Region {
  int id = 0;  ///< the detector's name for the object; 0 or less: it has none
  Box box;     ///< in pixels of the frame; one without a size, or outside the frame, is passed over
};

struct TrackedPoint {
  Point2 xy_in_frame;    ///< smoothed
  Point2 raw_in_frame;   ///< before smoothing
  float confidence = 0;  ///< [0, 1]
  Visibility visibility = Visibility::kLost;
};

struct Instance {
  int id = 0;  ///< from 1, or that of the region it was found in; stays with the object
  TrackState state = TrackState::kSearching;
  float confidence = 0;              ///< mean over the points in the network's last answer; of an object of which
                                     ///< something covers a part, of the points' own confidences
  Box box;                           ///< hull of the points that are not lost; in pixels of the frame
  std::vector<TrackedPoint> points;  ///< index i is keypoint i, always all of them; empty where state is kLost
};

enum class EventKind { kLost, kReacquired };
struct Event {
  EventKind kind;
  int instance_id;
};

/// What one frame gave. A frame without the object is a result: no instances.
struct FrameResult {
  std::vector<Instance> instances;
  std::vector<Event> events;
  bool inferred = false;  ///< the network ran (else flow alone)
  struct StageTimes {
    std::int64_t flow_ns = 0;
    std::int64_t crop_ns = 0;
    std::int64_t network_ns = 0;
    std::int64_t total_ns = 0;
  } times;
};

struct TrackerSettings {
  int instances = 1;
  std::vector<OrientedBox> initial_boxes;  ///< empty: search
  InferenceRegion inference_region = InferenceRegion::kFullFrame;
  int inference_interval = 1;
  AskAhead ask_ahead = AskAhead::kAuto;  ///< nothing without flow
  float confidence_threshold = 0.5F;
  int max_lost_frames = 30;
  Smoothing smoothing = Smoothing::kOneEuro;
  float min_cutoff_hz = 1.0F;
  float beta = 10.0F;       ///< cutoff gained for each box side a second of speed
  bool use_flow = true;     ///< false: crop and seed from the last output alone (for comparisons)
  bool use_network = true;  ///< false: Lucas-Kanade alone after the start (for comparisons)
  bool use_filter = true;   ///< false: the network's answer as it is, where there is one (for comparisons)
  int seeded_every = 2;  ///< which of the network's answers start from the predicted points; 0: none (for comparisons)
};

class Tracker {
 public:
  /// Takes the estimator, cuts the support crops and hands them to it: everything that is done once.
  static Result<std::unique_ptr<Tracker>> Create(std::unique_ptr<Estimator> estimator, SupportSet support,
                                                 const TrackerSettings &settings) noexcept;
  ~Tracker();
  Tracker(const Tracker &) = delete;
  Tracker &operator=(const Tracker &) = delete;

  /// Tracks one frame. `result` is overwritten and reused, so that a caller who keeps it allocates once.
  Status Process(const FrameView &frame, FrameResult *result) noexcept;

  /// The same with the frame's regions. With kRoiList an instance that is searched for is looked for in them, and takes
  /// the id of the one it is found in; those that are followed go on, seen by the detector or not. Without kRoiList
  /// they are ignored.
  Status Process(const FrameView &frame, const std::vector<Region> &regions, FrameResult *result) noexcept;

  /// Forgets the track (seek, stream start); the support shots and the ids stay.
  Status Reset() noexcept;

  /// Starts instance `id` from points that the caller knows, in pixels of the next frame (evaluation, reinit).
  Status StartFrom(int id, const std::vector<Point2> &points_in_frame, const std::vector<bool> &visible) noexcept;

  /// Goes on with the instances of `before`, as many as both have, from the next frame on: their ids, and the points
  /// of those that are followed and not in doubt. Both have the same keypoints.
  Status Continue(const Tracker &before) noexcept;

  /// Changes what can change while running: everything but `instances` and `inference_region`; `initial_boxes` count
  /// from the next reset.
  Status UpdateSettings(const TrackerSettings &settings) noexcept;

  const SupportSet &support() const noexcept;
  std::string model_name() const noexcept;

 private:
  struct Impl;
  explicit Tracker(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kpt
