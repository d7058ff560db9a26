// See track_pipeline.h.
#include "track_pipeline.h"

#include <cmath>
#include <cstdio>

#include "command.h"
#include "kpt/base/require_file.h"
#include "output_path.h"
#include "own_files.h"
#include "picture_source.h"

namespace kpt::tools {
namespace {

GstElement *Make(const char *factory) {
  GstElement *element = gst_element_factory_make(factory, nullptr);
  if (element == nullptr) {
    throw CommandError(kPipelineError, std::string("GStreamer has no ") + factory + "; run `kpt doctor`.");
  }
  return element;
}

/// The exporter's format by the extension of the file.
std::string ExportFormat(const std::string &path) {
  const std::string extension = ExtensionOf(path);
  if (extension == ".jsonl") return "json-lines";
  if (extension == ".csv") return "csv";
  if (extension == ".json") return "coco";
  throw CommandError(kUsage, "--output: '" + path + "' must end in .jsonl, .csv or .json.");
}

/// What every encoder takes and every player shows: colour at half resolution, and so an even size, which costs an odd
/// picture one row or column.
constexpr const char *kEncodable =
    "video/x-raw,format=(string){I420,NV12},width=(int)[16,16384,2],height=(int)[16,16384,2]";

/// The launch line of everything behind the source. Paths are set as properties afterwards: they may hold anything.
std::string ChainDescription(const TrackOptions &options, const TrackInput &input,
                             const std::optional<Encoder> &encoder) {
  // A live source must not wait: of the frames that come while one is tracked, the newest is kept.
  std::string chain = input.is_live ? "queue max-size-buffers=1 leaky=downstream" : "queue max-size-buffers=4";
  chain += " ! deinterlace ! videoconvert ! keypointtrack name=track";
  if (!options.output.empty()) chain += " ! keypointexport name=export";
  if (!encoder) return chain + " ! fakesink sync=false";
  return chain + " ! queue max-size-buffers=4 ! keypointoverlay ! videoconvert ! videoscale ! " + kEncodable + " ! " +
         encoder->launch + " ! " + MuxerFor(options.overlay) + " ! filesink name=sink";
}

void SetText(GstElement *element, const char *property, const std::string &value) {
  if (!value.empty()) g_object_set(element, property, value.c_str(), nullptr);
}

void SetInt(GstElement *element, const char *property, std::optional<int> value) {
  if (value) g_object_set(element, property, *value, nullptr);
}

bool IsSide(float pixels) { return pixels >= 1 && pixels <= 99999; }

/// The boxes as the property `initial-boxes` takes them.
std::string BoxesText(const TrackOptions &options) {
  std::string out;
  for (const std::string &box : options.boxes) {
    float numbers[4];
    int used = 0;
    const int count =
        std::sscanf(box.c_str(), "%f,%f,%f,%f%n", &numbers[0], &numbers[1], &numbers[2], &numbers[3], &used);
    const bool complete = count == 4 && static_cast<std::size_t>(used) == box.size();
    if (!complete || !std::isfinite(numbers[0]) || !std::isfinite(numbers[1]) || !IsSide(numbers[2]) ||
        !IsSide(numbers[3])) {
      throw CommandError(kUsage, "--box: '" + box + "' is not x,y,width,height in pixels, of 1 to 99999 a side.");
    }
    out += (out.empty() ? "" : ";") + box + "," + std::to_string(options.angle);
  }
  return out;
}

void SetBoxes(GstElement *track, const TrackOptions &options) {
  SetText(track, "initial-boxes", BoxesText(options));
  gint instances = 0;
  g_object_get(track, "instances", &instances, nullptr);
  if (options.config.empty() && options.boxes.size() > static_cast<std::size_t>(instances)) {
    throw CommandError(kUsage, "--box: given " + std::to_string(options.boxes.size()) + " times, but --instances is " +
                                   std::to_string(instances) + ".");
  }
}

void CheckFile(const std::string &path, const char *what, ExitCode exit_code) {
  if (path.empty()) return;
  try {
    RequireFile(path, ErrorCode::kInput, std::string(what) + " ");
  } catch (const Error &error) {
    throw CommandError(exit_code, error.what());
  }
}

void CheckOutputs(const TrackOptions &options, const TrackInput &input) {
  std::vector<std::string> inputs = {options.input, options.support, options.config, options.model};
  inputs.insert(inputs.end(), input.pictures.begin(), input.pictures.end());
  CheckOutput("--output", options.output, inputs);
  CheckOutput("--overlay", options.overlay, inputs);
}

void SetTrackProperties(GstElement *track, const TrackOptions &options) {
  CheckFile(options.support, "the support file", kInputError);
  CheckFile(options.config, "the configuration file", kInputError);
  CheckFile(options.model, "the weights file", kModelError);
  if (options.model.empty() && options.config.empty()) FindDefaultWeights();  // throws where they are missing
  SetText(track, "support-file", options.support);
  SetText(track, "category", options.category);
  SetText(track, "config-file", options.config);
  SetText(track, "model-file", options.model);
  SetText(track, "device", options.device);
  SetInt(track, "instances", options.instances);
  SetBoxes(track, options);
  SetInt(track, "inference-interval", options.every);
  SetInt(track, "support-shots", options.shots);
  SetInt(track, "adopt-shots", options.adopt);
}

/// Links a decoder's first video pad to the chain; other streams are not looked at.
void OnPadAdded(GstElement *, GstPad *pad, gpointer head) {
  auto *sink = static_cast<GstPad *>(head);
  GstCaps *caps = gst_pad_query_caps(pad, nullptr);
  const bool is_video = !gst_caps_is_empty(caps) && !gst_caps_is_any(caps) &&
                        gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw");
  gst_caps_unref(caps);
  if (is_video && !gst_pad_is_linked(sink)) gst_pad_link(pad, sink);
}

void OnNoMorePads(GstElement *decoder, gpointer head) {
  if (gst_pad_is_linked(static_cast<GstPad *>(head))) return;
  GST_ELEMENT_ERROR(decoder, STREAM, WRONG_TYPE, ("It holds no video."), (nullptr));
}

void ConnectDecoder(GstElement *decoder, GstPad *head) {
  g_signal_connect(decoder, "pad-added", G_CALLBACK(OnPadAdded), head);
  g_signal_connect(decoder, "no-more-pads", G_CALLBACK(OnNoMorePads), head);
}

/// Adds what reads `input` to the pipeline and connects it to `head`, now or when its pads appear.
GstElement *AddSource(GstBin *pipeline, const TrackInput &input, GstPad *head) {
  if (input.kind == TrackInput::Kind::kPictures) {
    GstElement *pictures = MakePictureSource(input);
    gst_bin_add(pipeline, pictures);
    const GstPtr<GstPad> pad(gst_element_get_static_pad(pictures, "src"));
    gst_pad_link(pad.get(), head);
    return pictures;
  }
  GstElement *decoder = Make("uridecodebin");
  gst_bin_add(pipeline, decoder);
  if (input.kind == TrackInput::Kind::kUri) {
    g_object_set(decoder, "uri", input.uri.c_str(), nullptr);
  } else {
    gchar *uri = gst_filename_to_uri(input.text.c_str(), nullptr);
    g_object_set(decoder, "uri", uri, nullptr);
    g_free(uri);
  }
  ConnectDecoder(decoder, head);
  return decoder;
}

}  // namespace

TrackPipeline BuildTrackPipeline(const TrackOptions &options, const TrackInput &input) {
  TrackPipeline out;
  if (!options.overlay.empty()) out.encoder = ChooseEncoder(options.overlay);
  const std::string format = options.output.empty() ? "" : ExportFormat(options.output);
  CheckOutputs(options, input);
  LoadPlugin();

  out.pipeline.reset(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new("kpt-track"))));
  GstElement *chain = ParseBin(ChainDescription(options, input, out.encoder));
  gst_bin_add(GST_BIN(out.pipeline.get()), chain);
  out.track.reset(gst_bin_get_by_name(GST_BIN(chain), "track"));
  out.head.reset(gst_element_get_static_pad(chain, "sink"));
  SetTrackProperties(out.track.get(), options);
  if (const GstPtr<GstElement> exporter{gst_bin_get_by_name(GST_BIN(chain), "export")}) {
    SetText(exporter.get(), "file-path", options.output);
    gst_util_set_object_arg(G_OBJECT(exporter.get()), "file-format", format.c_str());
  }
  if (const GstPtr<GstElement> sink{gst_bin_get_by_name(GST_BIN(chain), "sink")})
    SetText(sink.get(), "location", options.overlay);
  out.source.reset(GST_ELEMENT(gst_object_ref(AddSource(GST_BIN(out.pipeline.get()), input, out.head.get()))));
  return out;
}

}  // namespace kpt::tools
