// What keypointtrack does, as a C++ object: settings that any thread may change, and a session that only the streaming
// thread touches. Throws; keypointtrack.cpp wraps every call in Guard.
#pragma once

#include <gst/base/gstbasetransform.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "cuda_frames.h"
#include "guard.h"
#include "metadata_writer.h"
#include "track_session.h"
#include "track_settings.h"
#include "track_stats.h"

namespace kpt::gst {

/// The GLib enum of TrackState.
GType TrackStateType();

class TrackElement {
 public:
  explicit TrackElement(GstBaseTransform *element) : element_(element) {}

  // From any thread.
  void SetProperty(guint id, const GValue *value);
  void GetProperty(guint id, GValue *value) const;
  void RequestReset() noexcept { reset_wanted_ = true; }
  bool AnswerLatency(GstQuery *query);
  bool AnswerContext(GstQuery *query);

  // In the order of the element's life; the streaming thread's.
  void Start();
  void SetCaps(GstCaps *caps);
  void OnSinkEvent(GstEvent *event);
  void Transform(GstBuffer *buffer);
  void Stop();

  ErrorGate gate;

 private:
  void ApplyChanges(GstBuffer *buffer);
  void Publish(const FrameResult &result, GstClockTime pts);
  void PublishState(const FrameResult &result);
  void PostEvent(const Event &event, GstClockTime pts);
  void PostSupportLoaded();

  GstBaseTransform *const element_;
  CudaFrames cuda_frames_;
  std::unique_ptr<TrackSession> session_;  // alive from Start to Stop
  std::optional<MetadataWriter> writer_;

  mutable std::mutex mutex_;  // guards the next three
  TrackSettingsStore settings_;
  TrackStats stats_;
  LatencyReport latency_;

  std::atomic<TrackState> state_ = TrackState::kSearching;
  std::atomic<bool> settings_changed_ = false;
  std::atomic<bool> reset_wanted_ = false;
  std::atomic<bool> live_ = false;
};

/// The properties behind the table's: read only.
enum class ReadOnlyProperty { kState, kStats };
guint IdOf(ReadOnlyProperty property);

}  // namespace kpt::gst
