// See track_run.h.
#include "track_run.h"

#include <glib-unix.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <optional>

#include "progress_bar.h"

namespace kpt::tools {
namespace {

using Clock = std::chrono::steady_clock;

constexpr guint kProgressMs = 250;
constexpr guint kFinishMs = 10000;  // how long a file may take to be completed after Ctrl-C

double SecondsBetween(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

/// Counts frames behind the tracker, in the streaming thread.
class FrameCounter {
 public:
  explicit FrameCounter(GstElement *track) : track_(track), pad_(gst_element_get_static_pad(track, "src")) {
    probe_ = gst_pad_add_probe(pad_.get(), GST_PAD_PROBE_TYPE_BUFFER, OnBuffer, this, nullptr);
  }
  ~FrameCounter() { gst_pad_remove_probe(pad_.get(), probe_); }
  FrameCounter(const FrameCounter &) = delete;
  FrameCounter &operator=(const FrameCounter &) = delete;

  std::uint64_t frames() const { return frames_; }

  void Fill(TrackSummary *summary) const {
    const std::lock_guard lock(mutex_);
    summary->frames = frames_;
    summary->searching = in_state_[0];
    summary->tracked = in_state_[1];
    summary->lost = in_state_[2];
    summary->start_seconds = SecondsBetween(created_, first_);
    summary->seconds = SecondsBetween(first_, last_);
  }

  double FramesPerSecond() const {
    const std::lock_guard lock(mutex_);
    const double seconds = SecondsBetween(first_, last_);
    return seconds > 0 ? static_cast<double>(frames_ - 1) / seconds : 0;
  }

 private:
  static GstPadProbeReturn OnBuffer(GstPad *, GstPadProbeInfo *, gpointer self) {
    static_cast<FrameCounter *>(self)->Count();
    return GST_PAD_PROBE_OK;
  }

  void Count() {
    gint state = 0;
    g_object_get(track_, "state", &state, nullptr);
    const std::lock_guard lock(mutex_);
    last_ = Clock::now();
    if (frames_++ == 0) first_ = last_;
    if (state >= 0 && state < static_cast<gint>(in_state_.size())) ++in_state_[static_cast<std::size_t>(state)];
  }

  GstElement *track_;
  GstPtr<GstPad> pad_;
  gulong probe_;
  const Clock::time_point created_ = Clock::now();
  mutable std::mutex mutex_;  // guards all below but the count itself
  std::atomic<std::uint64_t> frames_ = 0;
  std::array<std::uint64_t, 3> in_state_{};  // searching, tracked, lost
  Clock::time_point first_ = created_, last_ = created_;
};

struct Failure {
  ExitCode exit_code;
  std::string text;
  std::string debug;
};

/// The failures of keypointtrack that have another cause than the pipeline.
ExitCode TrackExitCode(const GError *error) {
  if (error->domain == GST_LIBRARY_ERROR && error->code == GST_LIBRARY_ERROR_INIT) return kModelError;
  if (error->domain != GST_RESOURCE_ERROR) return kPipelineError;
  switch (error->code) {
    case GST_RESOURCE_ERROR_NOT_FOUND:
    case GST_RESOURCE_ERROR_READ:
    case GST_RESOURCE_ERROR_SETTINGS:
      return kInputError;
    case GST_RESOURCE_ERROR_FAILED:  // the device
      return kModelError;
    default:
      return kPipelineError;
  }
}

class Run {
 public:
  Run(TrackPipeline &parts, const TrackInput &input, const TrackOptions &options)
      : parts_(parts), input_(input), options_(options), counter_(parts.track.get()) {}

  TrackSummary Go() {
    GstElement *pipeline = parts_.pipeline.get();
    const GstPtr<GstBus> bus(gst_element_get_bus(pipeline));
    gst_bus_add_watch(bus.get(), [](GstBus *, GstMessage *message, gpointer self) -> gboolean {
      static_cast<Run *>(self)->OnMessage(message);
      return G_SOURCE_CONTINUE;
    }, this);
    const guint sources[] = {g_unix_signal_add(SIGINT, OnSignal, this), g_unix_signal_add(SIGTERM, OnSignal, this),
                             g_timeout_add(kProgressMs, OnProgress, this)};
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    g_main_loop_run(loop_.get());
    for (const guint source : sources) g_source_remove(source);
    gst_bus_remove_watch(bus.get());
    TrackSummary summary = Summary();
    gst_element_set_state(pipeline, GST_STATE_NULL);
    progress_.Clear();
    if (failure_) throw CommandError(failure_->exit_code, failure_->text, failure_->debug);
    return summary;
  }

 private:
  struct FreeLoop {
    void operator()(GMainLoop *loop) const { g_main_loop_unref(loop); }
  };

  void OnMessage(GstMessage *message) {
    switch (GST_MESSAGE_TYPE(message)) {
      case GST_MESSAGE_EOS:
        g_main_loop_quit(loop_.get());
        break;
      case GST_MESSAGE_ERROR:
        OnError(message);
        break;
      case GST_MESSAGE_WARNING:
        OnWarning(message);
        break;
      default:
        break;
    }
  }

  void OnWarning(GstMessage *message) {
    GError *error = nullptr;
    gchar *debug = nullptr;
    gst_message_parse_warning(message, &error, &debug);
    progress_.Clear();
    const bool ours = GST_MESSAGE_SRC(message) == GST_OBJECT(parts_.track.get());
    if (ours || options_.verbose) std::cerr << "kpt track: warning: " << OneLine(error->message) << '\n';
    if (options_.verbose && debug != nullptr) std::cerr << debug << '\n';
    g_error_free(error);
    g_free(debug);
  }

  /// The first error counts: those after it are its consequences.
  void OnError(GstMessage *message) {
    if (failure_) return;
    GError *error = nullptr;
    gchar *debug = nullptr;
    gst_message_parse_error(message, &error, &debug);
    failure_ = Describe(GST_MESSAGE_SRC(message), error, debug == nullptr ? "" : debug);
    g_error_free(error);
    g_free(debug);
    // Where the input fails on the way, what was tracked until then is kept.
    if (failure_->exit_code == kInputError && counter_.frames() > 0) {
      failure_->text += " The files hold the " + std::to_string(counter_.frames()) + " frames before that.";
      Finish();
    } else {
      g_main_loop_quit(loop_.get());
    }
  }

  Failure Describe(GstObject *where, const GError *error, const std::string &debug) const {
    auto *source = GST_OBJECT(parts_.source.get());
    if (where == GST_OBJECT(parts_.track.get())) return {TrackExitCode(error), error->message, debug};
    if (where == source || gst_object_has_as_ancestor(where, source)) {
      return {kInputError, "'" + input_.text + "' cannot be read: " + error->message + " Check that it is a complete video.",
              debug};
    }
    const GstElementFactory *factory = GST_IS_ELEMENT(where) ? gst_element_get_factory(GST_ELEMENT(where)) : nullptr;
    const std::string name = factory != nullptr ? GST_OBJECT_NAME(factory) : GST_OBJECT_NAME(where);
    return {kPipelineError, name + ": " + error->message, debug};
  }

  /// Ends the stream behind the source, so that the files are completed.
  void Finish() {
    if (finishing_) return;
    finishing_ = true;
    gst_pad_send_event(parts_.head.get(), gst_event_new_eos());
    g_timeout_add(kFinishMs, OnFinishTimeout, loop_.get());
  }

  static gboolean OnFinishTimeout(gpointer loop) {
    g_main_loop_quit(static_cast<GMainLoop *>(loop));
    return G_SOURCE_REMOVE;
  }

  static gboolean OnSignal(gpointer data) {
    auto *self = static_cast<Run *>(data);
    if (self->interrupted_) std::_Exit(kInterrupted);  // the second one: at once
    self->interrupted_ = true;
    self->Finish();
    return G_SOURCE_CONTINUE;
  }

  static gboolean OnProgress(gpointer data) {
    static_cast<Run *>(data)->DrawProgress();
    return G_SOURCE_CONTINUE;
  }

  void DrawProgress() {
    const auto frames = static_cast<long long>(counter_.frames());
    if (frames == 0) return progress_.Draw(0, 0, "loading ...");
    if (total_frames_ == 0 && !input_.is_live) total_frames_ = CountFrames();
    gint state = 0;
    g_object_get(parts_.track.get(), "state", &state, nullptr);
    constexpr std::array kStates = {"searching", "tracked", "lost"};
    char text[96];
    std::snprintf(text, sizeof text, "%lld frames, %.1f fps, %s", frames, counter_.FramesPerSecond(),
                  kStates[static_cast<std::size_t>(state)]);
    progress_.Draw(frames, total_frames_, text);
  }

  /// How many frames the whole input has; 0 where that cannot be known.
  long long CountFrames() const {
    if (!input_.pictures.empty()) return static_cast<long long>(input_.pictures.size());
    gint64 duration_ns = 0;
    const GstPtr<GstPad> pad(gst_element_get_static_pad(parts_.track.get(), "src"));
    GstCaps *caps = gst_pad_get_current_caps(pad.get());
    if (caps == nullptr) return 0;
    gint numerator = 0, denominator = 1;
    gst_structure_get_fraction(gst_caps_get_structure(caps, 0), "framerate", &numerator, &denominator);
    gst_caps_unref(caps);
    if (!gst_element_query_duration(parts_.pipeline.get(), GST_FORMAT_TIME, &duration_ns) || duration_ns <= 0) return 0;
    return static_cast<long long>(gst_util_uint64_scale(static_cast<guint64>(duration_ns), static_cast<guint64>(numerator),
                                                        static_cast<guint64>(denominator) * GST_SECOND));
  }

  TrackSummary Summary() const {
    TrackSummary summary;
    counter_.Fill(&summary);
    summary.interrupted = interrupted_;
    GstStructure *stats = nullptr;
    g_object_get(parts_.track.get(), "stats", &stats, nullptr);
    gst_structure_get_uint64(stats, "inferred", &summary.inferred);
    gst_structure_get_uint64(stats, "reacquired", &summary.reacquired);
    gst_structure_get_double(stats, "network-mean-ms", &summary.network_ms);
    gst_structure_get_double(stats, "flow-mean-ms", &summary.flow_ms);
    gst_structure_get_double(stats, "total-mean-ms", &summary.total_ms);
    gst_structure_free(stats);
    return summary;
  }

  TrackPipeline &parts_;
  const TrackInput &input_;
  const TrackOptions &options_;
  FrameCounter counter_;
  ProgressBar progress_;
  std::unique_ptr<GMainLoop, FreeLoop> loop_{g_main_loop_new(nullptr, FALSE)};
  std::optional<Failure> failure_;
  long long total_frames_ = 0;
  bool finishing_ = false;
  bool interrupted_ = false;
};

}  // namespace

TrackSummary RunTrackPipeline(TrackPipeline &pipeline, const TrackInput &input, const TrackOptions &options) {
  return Run(pipeline, input, options).Go();
}

}  // namespace kpt::tools
