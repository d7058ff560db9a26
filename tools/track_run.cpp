// See track_run.h.
#include "track_run.h"

#include <glib-unix.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <optional>
#include <string_view>

#include "frame_counter.h"
#include "progress_bar.h"

namespace kpt::tools {
namespace {

constexpr guint kProgressMs = 250;
constexpr guint kFinishMs = 10000;       // how long a file may take to be completed after Ctrl-C
constexpr double kNotableShare = 0.05;   // a video that lacks more than this of its length was cut off;
constexpr double kNotableSeconds = 0.5;  // less may be sound that goes on after the picture
constexpr std::array kStates = {"searching", "tracked", "lost"};  // as the property `state` counts
constexpr std::string_view kBoxesProperty = "initial-boxes";

struct Failure {
  ExitCode exit_code;
  std::string text;
  std::string debug;
};

/// Texts of GStreamer's elements end with a full stop, or do not.
std::string AsSentence(std::string text) {
  if (!text.empty() && text.back() != '.') text += '.';
  return text;
}

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
    gst_bus_add_watch(
        bus.get(),
        [](GstBus *, GstMessage *message, gpointer self) -> gboolean {
          static_cast<Run *>(self)->OnMessage(message);
          return G_SOURCE_CONTINUE;
        },
        this);
    const guint sources[] = {g_unix_signal_add(SIGINT, OnSignal, this), g_unix_signal_add(SIGTERM, OnSignal, this),
                             g_timeout_add(kProgressMs, OnProgress, this)};
    if (gst_element_set_state(pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
      FailAtStart(bus.get());
    } else {
      g_main_loop_run(loop_.get());
    }
    for (const guint source : sources) g_source_remove(source);
    gst_bus_remove_watch(bus.get());
    TrackSummary summary = Summary();
    gst_element_set_state(pipeline, GST_STATE_NULL);
    progress_.Clear();
    if (!failure_) return summary;
    if (finishing_) failure_->text += " The " + std::to_string(summary.frames) + " frames before that were tracked.";
    throw CommandError(failure_->exit_code, failure_->text, failure_->debug);
  }

 private:
  struct FreeLoop {
    void operator()(GMainLoop *loop) const { g_main_loop_unref(loop); }
  };

  /// What went wrong is on the bus; an element that fails and says nothing must not leave us waiting.
  void FailAtStart(GstBus *bus) {
    while (GstMessage *message = gst_bus_pop(bus)) {
      OnMessage(message);
      gst_message_unref(message);
    }
    if (!failure_) failure_ = Failure{kPipelineError, "the pipeline does not start; run `kpt doctor`.", ""};
  }

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
      Finish();
    } else {
      g_main_loop_quit(loop_.get());
    }
  }

  Failure Describe(GstObject *where, const GError *error, const std::string &debug) const {
    auto *source = GST_OBJECT(parts_.source.get());
    if (where == GST_OBJECT(parts_.track.get())) return {TrackExitCode(error), WithOption(error->message), debug};
    if (where == source || gst_object_has_as_ancestor(where, source)) {
      return {kInputError, "'" + input_.text + "' cannot be read: " + AsSentence(error->message) + Advice(), debug};
    }
    const GstElementFactory *factory = GST_IS_ELEMENT(where) ? gst_element_get_factory(GST_ELEMENT(where)) : nullptr;
    const std::string name = factory != nullptr ? GST_OBJECT_NAME(factory) : GST_OBJECT_NAME(where);
    const std::string text = AsSentence(error->message);
    if (name == "filesink")
      return {kPipelineError, "--overlay: '" + options_.overlay + "' cannot be written: " + text, debug};
    const bool says_why = error->domain == GST_RESOURCE_ERROR;
    return {kPipelineError, name + ": " + text + (says_why ? "" : " Run with --verbose for more; try `kpt doctor`."),
            debug};
  }

  /// Boxes that --box gave are blamed on it, not on the element's property.
  std::string WithOption(const std::string &message) const {
    const bool is_about_boxes = message.rfind(kBoxesProperty, 0) == 0 && !options_.boxes.empty();
    return is_about_boxes ? "--box" + message.substr(kBoxesProperty.size()) : message;
  }

  const char *Advice() const {
    switch (input_.kind) {
      case TrackInput::Kind::kFile:
        return " Check that it is a complete video.";
      case TrackInput::Kind::kUri:
        return " Check the address, and that this machine reaches it.";
      case TrackInput::Kind::kPictures:
        break;  // the message names the picture and what is wrong with it
    }
    return "";
  }

  /// Ends the stream behind the source, so that the files are completed.
  void Finish() {
    if (finishing_) return;
    finishing_ = true;
    if (counter_.frames() == 0) return g_main_loop_quit(loop_.get());  // nothing to complete yet
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
    if (counter_.frames() == 0) return progress_.Draw(0, "loading ...");
    gint state = 0;
    g_object_get(parts_.track.get(), "state", &state, nullptr);
    char text[96];
    std::snprintf(text, sizeof text, "%llu frames, %.1f fps, %s", static_cast<unsigned long long>(counter_.frames()),
                  counter_.FramesPerSecond(), kStates.at(static_cast<std::size_t>(state)));
    const double announced = AnnouncedSeconds();
    progress_.Draw(announced > 0 ? counter_.VideoSeconds() / announced : 0, text);
  }

  /// The length that the input says it has; 0 where it says none.
  double AnnouncedSeconds() const {
    gint64 duration_ns = 0;
    if (!gst_element_query_duration(parts_.pipeline.get(), GST_FORMAT_TIME, &duration_ns)) return 0;
    return static_cast<double>(std::max<gint64>(duration_ns, 0)) / GST_SECOND;
  }

  /// Some damaged files end early without an error.
  double MissingSeconds() const {
    const bool to_the_end =
        input_.kind == TrackInput::Kind::kFile && counter_.frames() > 0 && !interrupted_ && !failure_;
    const double announced = to_the_end ? AnnouncedSeconds() : 0;
    const double missing = announced - counter_.VideoSeconds();
    return missing > std::max(kNotableSeconds, kNotableShare * announced) ? missing : 0;
  }

  TrackSummary Summary() const {
    TrackSummary summary;
    summary.frames = counter_.frames();
    summary.searching = counter_.FramesIn(0);
    summary.tracked = counter_.FramesIn(1);
    summary.lost = counter_.FramesIn(2);
    summary.start_seconds = counter_.StartSeconds();
    summary.seconds = counter_.Seconds();
    summary.interrupted = interrupted_;
    summary.missing_seconds = MissingSeconds();
    GstStructure *stats = nullptr;
    g_object_get(parts_.track.get(), "stats", &stats, nullptr);
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
  bool finishing_ = false;
  bool interrupted_ = false;
};

}  // namespace

TrackSummary RunTrackPipeline(TrackPipeline &pipeline, const TrackInput &input, const TrackOptions &options) {
  return Run(pipeline, input, options).Go();
}

}  // namespace kpt::tools
