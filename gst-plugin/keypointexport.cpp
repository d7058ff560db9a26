// `keypointexport`: passes frames through and writes the keypoints in their metadata to a file.
#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include <memory>
#include <mutex>

#include "element_glue.h"
#include "elements.h"
#include "guard.h"
#include "keypoint_meta.h"
#include "property_table.h"
#include "result_writer.h"

GST_DEBUG_CATEGORY_STATIC(gst_keypoint_export_debug);
#define GST_CAT_DEFAULT gst_keypoint_export_debug

namespace kpt::gst {
namespace {

struct ExportSettings {
  std::string file_path;
  FileFormat file_format = FileFormat::kJsonLines;
};

KPT_DEFINE_ENUM(FileFormatType, "GstKeypointFileFormat",
                {static_cast<int>(FileFormat::kJsonLines), "One JSON object a line: a header, then the frames",
                 "json-lines"},
                {static_cast<int>(FileFormat::kCsv), "CSV as DeepLabCut writes it", "csv"},
                {static_cast<int>(FileFormat::kCoco), "COCO keypoints JSON, complete at the end of the stream", "coco"})

const PropertyTable<ExportSettings> &ExportProperties() {
  using S = ExportSettings;
  static const PropertyTable<S> kTable = {
      {"file-path", "File to write; an existing one is replaced", kWhenReady, TextField<S>{&S::file_path}},
      {"file-format", "Format of the file", kWhenReady, MakeEnumField<S, &S::file_format>(&FileFormatType)},
  };
  return kTable;
}

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

class ExportElement {
 public:
  explicit ExportElement(GstBaseTransform *element) : element_(element) {}

  void SetProperty(guint id, const GValue *value) {
    const std::lock_guard lock(mutex_);
    if (const auto *row = RowOf(ExportProperties(), id)) SetFromValue(*row, value, settings_);
  }

  void GetProperty(guint id, GValue *value) {
    const std::lock_guard lock(mutex_);
    if (const auto *row = RowOf(ExportProperties(), id)) GetIntoValue(*row, settings_, value);
  }

  void Start() {
    std::unique_lock lock(mutex_);
    const ExportSettings settings = settings_;
    lock.unlock();
    if (settings.file_path.empty()) {
      throw ElementError(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                         "file-path is not set: it names the file to write.");
    }
    stream_ = {};
    frames_ = 0;
    writer_ = MakeResultWriter(settings.file_format, settings.file_path);
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
  }

  void Transform(GstBuffer *buffer) {
    FrameRecord frame;
    frame.index = frames_++;
    if (GST_BUFFER_PTS_IS_VALID(buffer)) frame.pts = GST_BUFFER_PTS(buffer);
    frame.tracks = ReadTracks(buffer);
    writer_->WriteFrame(stream_, frame);
  }

  void OnSinkEvent(GstEvent *event) {
    if (GST_EVENT_TYPE(event) == GST_EVENT_EOS && writer_ != nullptr) writer_->Finish(stream_);
  }

  /// Completes the file and closes it, also where completing it fails.
  void Stop() {
    const std::unique_ptr<ResultWriter> writer = std::move(writer_);
    if (writer != nullptr && !gate.closed()) writer->Finish(stream_);
  }

  ErrorGate gate;

 private:
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
  std::mutex mutex_;  // guards settings_
  ExportSettings settings_;
  std::unique_ptr<ResultWriter> writer_;  // alive from Start to Stop
  StreamInfo stream_;
  std::uint64_t frames_ = 0;
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

  gst_element_class_set_static_metadata(element_class, "Keypoint exporter", "Filter/Analyzer/Video",
                                        "Writes the keypoints of every frame to a file; frames pass unchanged",
                                        KPT_AUTHOR);
  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_add_static_pad_template(element_class, &src_template);
}

static void gst_keypoint_export_init(GstKeypointExport *self) {
  self->impl = new ExportElement(GST_BASE_TRANSFORM(self));
  gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), TRUE);
}
