// See track_element.h.
#include "track_element.h"

#include <algorithm>
#include <climits>

#include "frame_view.h"
#include "keypoint_meta.h"

GST_DEBUG_CATEGORY_EXTERN(gst_keypoint_track_debug);
#define GST_CAT_DEFAULT gst_keypoint_track_debug

namespace kpt::gst {
namespace {

constexpr std::uint64_t kFramesPerLatencyCheck = 30;
constexpr int kSparingInterval = 15;  // with flow alone, points would drift away in the long run

std::int64_t MonotonicNs() { return g_get_monotonic_time() * 1000; }

}  // namespace

KPT_DEFINE_ENUM(TrackStateType, "GstKeypointTrackState",
                {static_cast<int>(TrackState::kSearching), "Looking for the object", "searching"},
                {static_cast<int>(TrackState::kTracked), "Following the object", "tracked"},
                {static_cast<int>(TrackState::kLost), "Lost the object; the search goes on", "lost"})

guint IdOf(ReadOnlyProperty property) {
  return static_cast<guint>(TrackProperties().size()) + 1 + static_cast<guint>(property);
}

// ---- any thread ----

void TrackElement::SetProperty(guint id, const GValue *value) {
  const auto *row = RowOf(TrackProperties(), id);
  if (row == nullptr) return;
  std::unique_lock lock(mutex_);
  settings_.SetProperty(*row, value);
  settings_changed_ = true;
  const bool too_late = network_ != nullptr && row->when == kWhenReady;
  lock.unlock();
  if (too_late) {
    PostSettingsWarning(GST_ELEMENT(element_),
                        std::string(row->name) + ": counts from the next start on; set it before the element plays.",
                        "while it plays");
  }
}

void TrackElement::GetProperty(guint id, GValue *value) const {
  if (id == IdOf(ReadOnlyProperty::kState)) {
    g_value_set_enum(value, static_cast<int>(state_.load()));
    return;
  }
  const std::lock_guard lock(mutex_);
  if (id == IdOf(ReadOnlyProperty::kStats)) {
    g_value_take_boxed(value, stats_.ToStructure());
  } else if (const auto *row = RowOf(TrackProperties(), id)) {
    GetIntoValue(*row, settings_.values(), value);
  }
}

bool TrackElement::AnswerLatency(GstQuery *query) {
  if (!gst_pad_peer_query(GST_BASE_TRANSFORM_SINK_PAD(element_), query)) return false;
  gboolean live = FALSE;
  GstClockTime min = 0;
  GstClockTime max = 0;
  gst_query_parse_latency(query, &live, &min, &max);
  live_ = live != FALSE;
  const std::lock_guard lock(mutex_);
  const GstClockTime own = latency_.reported();
  gst_query_set_latency(query, live, min + own, GST_CLOCK_TIME_IS_VALID(max) ? max + own : max);
  return true;
}

bool TrackElement::AnswerContext(GstQuery *query) {
  std::unique_lock lock(mutex_);
  const std::string device = settings_.values().device;
  lock.unlock();
  return cuda_frames_.AnswerContextQuery(GST_ELEMENT(element_), query, device);
}

void TrackElement::OnQos(GstClockTimeDiff late) {
  const std::lock_guard lock(mutex_);
  if (lateness_.Add(late) && settings_.values().adaptive) settings_changed_ = true;
}

void TrackElement::RequestReset() {
  const std::lock_guard lock(mutex_);
  wanted_.reset = true;
  wanted_.reinits.clear();  // asked for before
}

void TrackElement::RequestReinit(guint id, const GstStructure *points) try {
  NamedPoints read = ReadPoints(points);
  const std::lock_guard lock(mutex_);
  wanted_.reinits.emplace_back(static_cast<int>(std::min<guint>(id, INT_MAX)), std::move(read));
} catch (...) {
  PostCurrentExceptionAsWarning(GST_ELEMENT(element_), "reinit");
}

void TrackElement::RequestSupport(const char *file) {
  const std::lock_guard lock(mutex_);
  TrackSettings settings = settings_.values();
  settings.support_file = file != nullptr ? file : "";
  if (network_ == nullptr) {
    settings_.SetSupportFile(settings.support_file);
  } else {
    loading_->Post([this, network = network_, settings = std::move(settings)] { LoadSupport(network, settings); });
  }
}

// ---- the loading thread ----

void TrackElement::LoadSupport(const SharedNetwork &network, const TrackSettings &settings) try {
  LoadedTracker loaded = MakeTracker(*network, LoadShots(settings), settings);
  const std::lock_guard lock(mutex_);
  wanted_.support_file = settings.support_file;
  wanted_.support = std::move(loaded);
} catch (...) {
  PostCurrentExceptionAsWarning(GST_ELEMENT(element_), "set-support");
}

// ---- streaming ----

void TrackElement::Start() {
  TrackSettings settings;
  {
    const std::lock_guard lock(mutex_);
    settings_.ReadConfigFile();
    settings = settings_.Resolved();
    stats_ = {};
    latency_ = {};
    lateness_ = {};
    wanted_ = {};
  }
  settings_changed_ = false;
  sparing_ = false;
  state_ = TrackState::kSearching;
  writer_.emplace(settings.metadata);
  session_ = std::make_unique<TrackSession>(settings);
  cuda_frames_.Use(session_->network()->device);
  loading_ = std::make_unique<LatestJob>();
  PostWarnings();
  GST_INFO_OBJECT(element_, "tracking '%s' with %s on %s", session_->header().category.c_str(),
                  session_->header().model.c_str(), session_->network()->device.c_str());
  PostSupportLoaded();
  const std::lock_guard lock(mutex_);
  network_ = session_->network();
}

void TrackElement::SetCaps(GstCaps *caps) {
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, caps)) {
    throw ElementError(GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "These caps describe no video frame.");
  }
  if (GST_VIDEO_INFO_IS_INTERLACED(&info)) {
    throw ElementError(GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
                       "The video is interlaced, and its two fields show the object in two places: put a "
                       "'deinterlace' element before keypointtrack.");
  }
  session_->SetVideoInfo(info);
  GST_INFO_OBJECT(element_, "path of %dx%d %s frames: %s", info.width, info.height,
                  gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&info)), cuda_frames_.PathOf(caps).c_str());
}

void TrackElement::OnSinkEvent(GstEvent *event) {
  const GstEventType type = GST_EVENT_TYPE(event);
  if (type == GST_EVENT_FLUSH_STOP || type == GST_EVENT_STREAM_START) RequestReset();
}

void TrackElement::Transform(GstBuffer *buffer) {
  ApplyChanges(buffer);
  const CudaFrames::Scope scope(cuda_frames_);
  const FrameResult &result = session_->Track(buffer, cuda_frames_.MappingOf(GST_ELEMENT(element_), buffer));
  writer_->Write(buffer, session_->header(), result.instances);
  Publish(result, GST_BUFFER_PTS(buffer));
}

void TrackElement::Stop() {
  {
    const std::lock_guard lock(mutex_);
    network_.reset();  // from here on nobody starts loading
  }
  loading_.reset();
  session_.reset();
  cuda_frames_.Use("cpu");
  const std::lock_guard lock(mutex_);
  wanted_ = {};
}

/// What users set, and what lateness makes of it. Under the lock.
TrackSettings TrackElement::SettingsNow() const {
  TrackSettings settings = settings_.Resolved();
  if (settings.adaptive && lateness_.late()) {
    settings.inference_interval = std::max(settings.inference_interval, kSparingInterval);
  }
  return settings;
}

void TrackElement::ApplyChanges(GstBuffer *buffer) {
  const GstClockTime time =
      gst_segment_to_stream_time(&element_->segment, GST_FORMAT_TIME, GST_BUFFER_TIMESTAMP(buffer));
  if (GST_CLOCK_TIME_IS_VALID(time)) gst_object_sync_values(GST_OBJECT(element_), time);
  Changes changes;
  bool settings_changed = false;
  {
    const std::lock_guard lock(mutex_);
    changes = std::exchange(wanted_, {});
    if (changes.support) settings_.SetSupportFile(changes.support_file);
    settings_changed = settings_changed_.exchange(false) || changes.support;
    sparing_ = settings_.values().adaptive && lateness_.late();
  }
  if (changes.support) ExchangeSupport(std::move(*changes.support));
  if (settings_changed) UpdateSettings();
  if (changes.reset) session_->Reset();
  for (const auto &[id, points] : changes.reinits) Reinit(id, points);
}

/// After a mistake in them those from before hold.
void TrackElement::UpdateSettings() {
  try {
    std::unique_lock lock(mutex_);
    const TrackSettings settings = SettingsNow();
    lock.unlock();
    session_->Update(settings);
  } catch (...) {
    PostCurrentExceptionAsWarning(GST_ELEMENT(element_), "settings");
  }
}

void TrackElement::ExchangeSupport(LoadedTracker next) {
  session_->Exchange(std::move(next));
  g_object_notify(G_OBJECT(element_), "support-file");
  PostWarnings();
  PostSupportLoaded();
}

/// A mistake in it is the caller's, and no reason to stop.
void TrackElement::Reinit(int id, const NamedPoints &points) {
  try {
    session_->StartFrom(id, points);
  } catch (...) {
    PostCurrentExceptionAsWarning(GST_ELEMENT(element_), "reinit");
  }
}

void TrackElement::Publish(const FrameResult &result, GstClockTime pts) {
  bool latency_changed = false;
  {
    const std::lock_guard lock(mutex_);
    stats_.Add(result, MonotonicNs());
    stats_.AddDropped(session_->dropped_before());
    if (sparing_ && !result.inferred) stats_.AddSpared();
    if (stats_.frames() % kFramesPerLatencyCheck == 0) latency_changed = latency_.Update(stats_.TotalP95Ms());
  }
  if (latency_changed && live_) {
    gst_element_post_message(GST_ELEMENT(element_), gst_message_new_latency(GST_OBJECT(element_)));
  }
  PublishState(result);
  for (const Event &event : result.events) PostEvent(event, pts);
  GST_TRACE_OBJECT(element_, "%" GST_TIME_FORMAT ": %zu instances, %s, %.1f ms", GST_TIME_ARGS(pts),
                   result.instances.size(), result.inferred ? "inferred" : "carried",
                   static_cast<double>(result.times.total_ns) / GST_MSECOND);
}

void TrackElement::PublishState(const FrameResult &result) {
  const TrackState now = result.instances.empty() ? TrackState::kSearching : result.instances.front().state;
  if (state_.exchange(now) != now) g_object_notify(G_OBJECT(element_), "state");
}

void TrackElement::PostEvent(const Event &event, GstClockTime pts) {
  const char *name = event.kind == EventKind::kLost ? "keypoint-lost" : "keypoint-reacquired";
  GstStructure *structure = gst_structure_new(name, "id", G_TYPE_INT, event.instance_id, "category", G_TYPE_STRING,
                                              session_->header().category.c_str(), "pts", G_TYPE_UINT64, pts, nullptr);
  gst_element_post_message(GST_ELEMENT(element_), gst_message_new_element(GST_OBJECT(element_), structure));
}

void TrackElement::PostWarnings() {
  for (const auto &warning : session_->warnings()) {
    PostSettingsWarning(GST_ELEMENT(element_), warning, "while loading the support shots and the network");
  }
}

void TrackElement::PostSupportLoaded() {
  const TrackHeader &header = session_->header();
  GstStructure *structure = gst_structure_new(
      "keypoint-support-loaded", "category", G_TYPE_STRING, header.category.c_str(), "keypoints", G_TYPE_INT,
      static_cast<int>(header.names.size()), "shots", G_TYPE_INT, static_cast<int>(session_->shots()), "model",
      G_TYPE_STRING, header.model.c_str(), "device", G_TYPE_STRING, session_->network()->device.c_str(), nullptr);
  gst_element_post_message(GST_ELEMENT(element_), gst_message_new_element(GST_OBJECT(element_), structure));
}

}  // namespace kpt::gst
