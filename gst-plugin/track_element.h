// What keypointtrack does, as a C++ object: settings and wishes that any thread may utter, and a session that only the
// streaming thread touches. Throws; keypointtrack.cpp wraps every call in Guard.
#pragma once

#include <gst/base/gstbasetransform.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cuda_frames.h"
#include "guard.h"
#include "lateness.h"
#include "latest_job.h"
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
  void RequestReset();
  void RequestReinit(guint id, const GstStructure *points);
  void RequestSupport(const char *file);
  void OnQos(GstClockTimeDiff late);
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
  /// What users asked for since the last frame.
  struct Changes {
    bool reset = false;
    std::vector<std::pair<int, NamedPoints>> reinits;  ///< by instance, in the order in which they were asked for
    std::string support_file;
    std::optional<LoadedTracker> support;  ///< made of that file
  };

  void LoadSupport(const SharedNetwork &network, const TrackSettings &settings);
  TrackSettings SettingsNow() const;
  void ApplyChanges(GstBuffer *buffer);
  void UpdateSettings();
  void ExchangeSupport(LoadedTracker next);
  void Reinit(int id, const NamedPoints &points);
  void Publish(const FrameResult &result, GstClockTime pts);
  void PublishState(const FrameResult &result);
  void PostEvent(const Event &event, GstClockTime pts);
  void PostSupportLoaded();
  void PostWarnings();

  GstBaseTransform *const element_;
  CudaFrames cuda_frames_;
  std::unique_ptr<TrackSession> session_;  // alive from Start to Stop
  std::optional<MetadataWriter> writer_;

  bool sparing_ = false;                // the network, because frames come too late
  std::unique_ptr<LatestJob> loading_;  // the same; loads shots while playing

  mutable std::mutex mutex_;  // guards the next six
  SharedNetwork network_;     // null while stopped
  Changes wanted_;
  TrackSettingsStore settings_;
  TrackStats stats_;
  Lateness lateness_;
  LatencyReport latency_;

  std::atomic<TrackState> state_ = TrackState::kSearching;
  std::atomic<bool> settings_changed_ = false;
  std::atomic<bool> live_ = false;
};

/// The properties behind the table's: read only.
enum class ReadOnlyProperty { kState, kStats };
guint IdOf(ReadOnlyProperty property);

}  // namespace kpt::gst
