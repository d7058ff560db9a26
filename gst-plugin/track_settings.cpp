// The table of keypointtrack's properties, and the order of precedence: element, configuration file, default.
#include "track_settings.h"

#include <charconv>
#include <climits>
#include <cmath>
#include <filesystem>

#include "kpt/base/error.h"
#include "kpt/shot_adoption.h"
#include "track_config.h"

namespace kpt::gst {
namespace {

using S = TrackSettings;

KPT_DEFINE_ENUM(SmoothingType, "GstKeypointSmoothing",
                {static_cast<int>(Smoothing::kNone), "Points as measured", "none"},
                {static_cast<int>(Smoothing::kOneEuro), "One-Euro filter: steady at rest, quick in motion", "one-euro"})

KPT_DEFINE_ENUM(InferenceRegionType, "GstKeypointInferenceRegion",
                {static_cast<int>(InferenceRegion::kFullFrame), "Objects are searched in the whole frame",
                 "full-frame"},
                {static_cast<int>(InferenceRegion::kRoiList),
                 "Objects are looked for in the regions that a detector upstream attached to the frame", "roi-list"})

KPT_DEFINE_ENUM(AskAheadType, "GstKeypointAskAhead",
                {static_cast<int>(AskAhead::kAuto), "Of frames in GPU memory", "auto"},
                {static_cast<int>(AskAhead::kNever), "After flow, at the place that it finds", "never"},
                {static_cast<int>(AskAhead::kAlways), "Of all frames", "always"})

KPT_DEFINE_ENUM(MetadataType, "GstKeypointMetadata",
                {static_cast<int>(MetadataKind::kAuto), "Both where GStreamer has analytics, else own", "auto"},
                {static_cast<int>(MetadataKind::kOwn), "GstKeypointsMeta: sub-pixel, with names and states", "own"},
                {static_cast<int>(MetadataKind::kAnalytics), "GstAnalyticsRelationMeta: boxes, tracking, keypoints",
                 "analytics"},
                {static_cast<int>(MetadataKind::kBoth), "Both", "both"})

std::size_t IndexOf(const Property<S> &row) { return static_cast<std::size_t>(&row - TrackProperties().data()); }

/// Reads one number at the front of `text` and removes it.
bool TakeNumber(std::string_view *text, float *number) {
  while (!text->empty() && text->front() == ' ') text->remove_prefix(1);
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), *number);
  if (error != std::errc() || !std::isfinite(*number)) return false;
  text->remove_prefix(static_cast<std::size_t>(end - text->data()));
  while (!text->empty() && text->front() == ' ') text->remove_prefix(1);
  return true;
}

OrientedBox ParseBox(std::string_view part) {
  OrientedBox out;
  float *const fields[] = {&out.box.x, &out.box.y, &out.box.width, &out.box.height, &out.angle_deg};
  std::string_view rest = part;
  int count = 0;
  bool complete = false;  // ends after a number, not after a comma
  while (count < 5 && !complete && TakeNumber(&rest, fields[count])) {
    ++count;
    complete = rest.empty();
    if (!complete && rest.front() != ',') break;
    if (!complete) rest.remove_prefix(1);
  }
  if (count < 4 || !complete || !(out.box.width > 0) || !(out.box.height > 0)) {
    throw Error(ErrorCode::kInvalidArgument, "initial-boxes: '" + std::string(part) +
                                                 "' is not x,y,width,height[,angle] in pixels and degrees with a "
                                                 "positive size.");
  }
  return out;
}

}  // namespace

const PropertyTable<S> &TrackProperties() {
  static const PropertyTable<S> kTable = {
      {"support-file", "Annotated shots of the object: this project's YAML, COCO keypoints JSON or DeepLabCut CSV",
       kWhenReady, TextField<S>{&S::support_file}},
      {"support-shots",
       "Use only the first N shots of the support file (0: all; more than 10 is slow); while playing, from the next "
       "set-support on",
       kWhenPlaying, IntField<S>{&S::support_shots, 0, INT_MAX}},
      {"adopt-shots",
       "Learn on the fly: frames that the tracker is sure of and that show a new pose become up to N further shots (0: "
       "none do); with instances=1 alone",
       kWhenReady, IntField<S>{&S::adopt_shots, 0, ShotAdoption::kMost}},
      {"category",
       "Which category to track, where the support file has several; while playing, from the next set-support on",
       kWhenPlaying, TextField<S>{&S::category}},
      {"model-file", "Weights of the network, safetensors (default: the shipped ones)", kWhenReady,
       TextField<S>{&S::model_file}},
      {"config-file", "YAML file with the names and values of these properties; one set on the element wins",
       kWhenReady, TextField<S>{&S::config_file}},
      {"device", "Where the network runs: auto, cpu, cuda or cuda:N", kWhenReady, TextField<S>{&S::device}},
      {"model-instance-id",
       "Elements of this process with the same id share one loaded network (default: each its own)", kWhenReady,
       TextField<S>{&S::model_instance_id}},
      {"instances", "Objects to follow", kWhenReady, IntField<S>{&S::instances, 1, 32}},
      {"initial-boxes",
       "Where the objects are in the first frame and after a reset: x,y,w,h[,angle];... in pixels and degrees "
       "(default: search)",
       kWhenPlaying, TextField<S>{&S::initial_boxes_text}},
      {"inference-region", "Where objects are searched", kWhenReady,
       MakeEnumField<S, &S::inference_region>(&InferenceRegionType)},
      {"object-class",
       "With inference-region=roi-list: only regions of this class, as the detector names it (default: all)",
       kWhenPlaying, TextField<S>{&S::object_class}},
      {"inference-interval",
       "Run the network on every Nth frame; between, points are carried by optical flow and marked projected",
       kControllable, IntField<S>{&S::inference_interval, 1, INT_MAX}},
      {"ask-ahead",
       "Ask the network where the last motion would bring the object, before optical flow has looked: on a GPU one "
       "wait "
       "a frame for both, a little less accurate",
       kWhenPlaying, MakeEnumField<S, &S::ask_ahead>(&AskAheadType)},
      {"adaptive",
       "When frames come too late at the sink (its QoS events say so), carry the points by optical flow and run the "
       "network on every 15th frame",
       kWhenPlaying, BoolField<S>{&S::adaptive}},
      {"confidence-threshold", "Below it a point is hidden, and a frame whose mean is below it is not confident",
       kControllable, FloatField<S>{&S::confidence_threshold, 0, 1}},
      {"max-lost-frames", "Frames without the object before its state says lost", kControllable,
       IntField<S>{&S::max_lost_frames, 1, INT_MAX}},
      {"smoothing", "How points are smoothed over time; raw points are kept beside", kWhenPlaying,
       MakeEnumField<S, &S::smoothing>(&SmoothingType)},
      {"metadata", "What is attached to the frames; keypointoverlay and keypointexport read own", kWhenReady,
       MakeEnumField<S, &S::metadata>(&MetadataType)},
      {"min-cutoff", "One-Euro filter: cutoff frequency at rest in Hz; lower is steadier", kControllable,
       FloatField<S>{&S::min_cutoff_hz, 0.001F, 1000}},
      {"beta", "One-Euro filter: cutoff gained for each box side a second of speed; higher lags less", kControllable,
       FloatField<S>{&S::beta, 0, 1000}},
  };
  return kTable;
}

std::vector<OrientedBox> ParseBoxes(const std::string &text) {
  std::vector<OrientedBox> boxes;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part.find_first_not_of(' ') != std::string_view::npos) boxes.push_back(ParseBox(part));
  }
  return boxes;
}

void TrackSettingsStore::SetProperty(const Property<S> &row, const GValue *value) {
  SetFromValue(row, value, values_);
  set_by_user_.set(IndexOf(row));
  set_by_file_.reset(IndexOf(row));
}

void TrackSettingsStore::SetSupportFile(const std::string &file) {
  GValue value = G_VALUE_INIT;
  g_value_init(&value, G_TYPE_STRING);
  g_value_set_string(&value, file.c_str());
  SetProperty(TrackProperties().front(), &value);
  g_value_unset(&value);
}

void TrackSettingsStore::ReadConfigFile() {
  const S defaults{};
  for (const auto &row : TrackProperties()) {
    if (set_by_file_.test(IndexOf(row))) CopyValue(row, defaults, &values_);
  }
  set_by_file_.reset();
  if (values_.config_file.empty()) return;

  S from_file;
  for (const Property<S> *row : ReadTrackConfig(values_.config_file, &from_file)) {
    if (set_by_user_.test(IndexOf(*row))) continue;
    CopyValue(*row, from_file, &values_);
    set_by_file_.set(IndexOf(*row));
  }
}

S TrackSettingsStore::Resolved() const {
  S settings = values_;
  settings.initial_boxes = ParseBoxes(settings.initial_boxes_text);
  return settings;
}

}  // namespace kpt::gst
