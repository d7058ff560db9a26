// `keypointexport`: passes frames through and writes the keypoints in their metadata to a file, to an MQTT broker, or
// to both.
#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "element_glue.h"
#include "elements.h"
#include "export_settings.h"
#include "guard.h"
#include "keypoint_meta.h"
#include "mqtt_publisher.h"
#include "property_table.h"
#include "result_writer.h"

GST_DEBUG_CATEGORY_STATIC(gst_keypoint_export_debug);
#define GST_CAT_DEFAULT gst_keypoint_export_debug

namespace kpt::gst {
namespace {

/// The path of a file URI; any other URI without the user and password it may hold.
std::string ReadableSource(const gchar *uri) {
  if (gchar *path = g_filename_from_uri(uri, nullptr, nullptr)) {
    std::string out = path;
    g_free(path);
    return out;
  }
  GstUri *parsed = gst_uri_from_string(uri);
  if (parsed == nullptr) return "";
  gst_uri_set_userinfo(parsed, nullptr);
  gchar *text = gst_uri_to_string(parsed);
  std::string out = text;
  g_free(text);
  gst_uri_unref(parsed);
  return out;
}

/// The read-only property behind the table's.
guint IdOfStats() { return static_cast<guint>(ExportProperties().size()) + 1; }

class ExportElement {
 public:
  explicit ExportElement(GstBaseTransform *element) : element_(element) {}

  void SetProperty(guint id, const GValue *value) {
    const std::lock_guard lock(mutex_);
    if (const auto *row = RowOf(ExportProperties(), id)) SetFromValue(*row, value, settings_);
  }

  void GetProperty(guint id, GValue *value) {
    if (id == IdOfStats()) return g_value_take_boxed(value, Stats());
    const std::lock_guard lock(mutex_);
    if (const auto *row = RowOf(ExportProperties(), id)) GetIntoValue(*row, settings_, value);
  }

  void Start() {
    std::unique_lock lock(mutex_);
    const ExportSettings settings = settings_;
    lock.unlock();
    if (settings.file_path.empty() && settings.url.empty()) {
      throw ElementError(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                         "neither file-path nor mqtt-url is set: name a file to write, or a broker to publish to.");
    }
    std::shared_ptr<MqttOutbox> outbox;
    std::vector<std::unique_ptr<ResultWriter>> writers;
    if (!settings.file_path.empty()) {
      writers.push_back(MakeResultWriter(settings.file_format, settings.file_path));
    }
    if (!settings.url.empty()) {
      const MqttSettings mqtt = CheckMqtt(settings);
      outbox = std::make_shared<MqttOutbox>(mqtt.buffer_size);
      writers.push_back(MakeJsonLinesWriter(MakeMqttSink(mqtt, outbox, [this](auto... told) { OnReport(told...); })));
    }
    stream_ = {};
    has_caps_ = false;
    writers_ = std::move(writers);
    frames_ = 0;
    lock.lock();
    outbox_ = std::move(outbox);
  }

  void SetCaps(GstCaps *caps) {
    const GstStructure *structure = gst_caps_get_structure(caps, 0);
    int numerator = 0;
    int denominator = 1;
    gst_structure_get_int(structure, "width", &stream_.width);
    gst_structure_get_int(structure, "height", &stream_.height);
    gst_structure_get_fraction(structure, "framerate", &numerator, &denominator);
    stream_.fps = denominator > 0 ? static_cast<double>(numerator) / denominator : 0;
    stream_.source = AskForSource();
    has_caps_ = true;
  }

  void Transform(GstBuffer *buffer) {
    FrameRecord frame;
    frame.index = frames_++;
    if (GST_BUFFER_PTS_IS_VALID(buffer)) frame.pts = GST_BUFFER_PTS(buffer);
    frame.tracks = ReadTracks(buffer);
    for (const auto &writer : writers_) writer->WriteFrame(stream_, frame);
  }

  void OnSinkEvent(GstEvent *event) {
    if (GST_EVENT_TYPE(event) == GST_EVENT_EOS && has_caps_) Finish(writers_);
  }

  /// Completes the file and closes it, also where completing it fails; likewise with the broker. What was there before
  /// stays where no frame came and the stream did not end: another element failed, or the user thought better of it.
  void Stop() {
    const std::vector<std::unique_ptr<ResultWriter>> writers = std::exchange(writers_, {});
    if (!gate.closed() && frames_ > 0) Finish(writers);
  }

  ErrorGate gate;

 private:
  void Finish(const std::vector<std::unique_ptr<ResultWriter>> &writers) {
    for (const auto &writer : writers) writer->Finish(stream_);
  }

  /// Called by the publishing thread too.
  void OnReport(MqttGravity gravity, const ElementError &error) {
    try {
      throw error;
    } catch (...) {
      if (gravity == MqttGravity::kFailure) {
        gate.FailWithCurrentException(GST_ELEMENT(element_), "mqtt");
      } else {
        PostCurrentExceptionAsWarning(GST_ELEMENT(element_), "mqtt");
      }
    }
  }

  /// A new "keypointexport-stats" structure.
  GstStructure *Stats() const {
    const std::lock_guard lock(mutex_);
    const MqttStats mqtt = outbox_ != nullptr ? outbox_->stats() : MqttStats{};
    return gst_structure_new("keypointexport-stats", "frames", G_TYPE_UINT64, frames_.load(), "mqtt-connected",
                             G_TYPE_BOOLEAN, gboolean{mqtt.connected}, "mqtt-published", G_TYPE_UINT64, mqtt.published,
                             "mqtt-buffered", G_TYPE_UINT64, mqtt.buffered, "mqtt-dropped", G_TYPE_UINT64, mqtt.dropped,
                             "mqtt-outages", G_TYPE_UINT64, mqtt.outages, nullptr);
  }

  std::string AskForSource() {
    GstQuery *query = gst_query_new_uri();
    gchar *uri = nullptr;
    if (gst_pad_peer_query(GST_BASE_TRANSFORM_SINK_PAD(element_), query)) gst_query_parse_uri(query, &uri);
    gst_query_unref(query);
    const std::string source = uri != nullptr ? ReadableSource(uri) : "";
    g_free(uri);
    return source;
  }

  GstBaseTransform *const element_;
  mutable std::mutex mutex_;  // guards the next two
  ExportSettings settings_;
  std::shared_ptr<MqttOutbox> outbox_;  // of the run that is, or was the last

  std::vector<std::unique_ptr<ResultWriter>> writers_;  // alive from Start to Stop
  StreamInfo stream_;
  bool has_caps_ = false;
  std::atomic<std::uint64_t> frames_ = 0;
};

}  // namespace
}  // namespace kpt::gst

using kpt::gst::ExportElement;

struct GstKeypointExport {
  GstBaseTransform parent;
  ExportElement *impl;
};
struct GstKeypointExportClass {
  GstBaseTransformClass parent_class;
};
G_DEFINE_TYPE(GstKeypointExport, gst_keypoint_export, GST_TYPE_BASE_TRANSFORM)

namespace {

#define KPT_ANY_RAW_VIDEO "video/x-raw(ANY)"
GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(KPT_ANY_RAW_VIDEO));
GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(KPT_ANY_RAW_VIDEO));

using Callbacks = kpt::gst::Glue<GstKeypointExport>;

}  // namespace

static void gst_keypoint_export_class_init(GstKeypointExportClass *klass) {
  auto *element_class = GST_ELEMENT_CLASS(klass);
  GST_DEBUG_CATEGORY_INIT(gst_keypoint_export_debug, "keypointexport", 0, "keypoint results");
  kpt::gst::RegisterKeypointMeta();

  Callbacks::Install(klass);
  Callbacks::InstallTransform(klass);
  kpt::gst::InstallProperties(G_OBJECT_CLASS(klass), kpt::gst::ExportProperties());
  g_object_class_install_property(
      G_OBJECT_CLASS(klass), kpt::gst::IdOfStats(),
      g_param_spec_boxed("stats", "stats",
                         "Counts of frames: seen; published, buffered and dropped on the way to the broker; and of "
                         "outages of its connection",
                         GST_TYPE_STRUCTURE, static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));

  gst_element_class_set_static_metadata(
      element_class, "Keypoint exporter", "Filter/Analyzer/Video",
      "Writes the keypoints of every frame to a file, or publishes them by MQTT; frames "
      "pass unchanged",
      KPT_AUTHOR);
  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_add_static_pad_template(element_class, &src_template);
}

static void gst_keypoint_export_init(GstKeypointExport *self) {
  self->impl = new ExportElement(GST_BASE_TRANSFORM(self));
  gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), TRUE);
}
