// Writes and reads the GstStructure behind the keypoint meta. Its layout (flat arrays of numbers and strings,
// structures only as elements of an array) is what stock PyGObject can read and what gst_structure_serialize can send.
#include "keypoint_meta.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <optional>

namespace kpt::gst {
namespace {

// ---- words ----

constexpr int kMostInstances = 32;  // that a tracker can follow: what a hostile file says is cut

struct StateWord {
  TrackState state;
  const char *word;
};
constexpr std::array<StateWord, 3> kStates = {
    {{TrackState::kSearching, "searching"}, {TrackState::kTracked, "tracked"}, {TrackState::kLost, "lost"}}};

struct VisibilityWord {
  Visibility visibility;
  const char *word;
};
constexpr std::array<VisibilityWord, 4> kVisibilities = {{{Visibility::kVisible, "visible"},
                                                          {Visibility::kHidden, "hidden"},
                                                          {Visibility::kProjected, "projected"},
                                                          {Visibility::kLost, "lost"}}};

TrackState StateFrom(const char *word) {
  for (const auto &entry : kStates) {
    if (word != nullptr && g_str_equal(entry.word, word)) return entry.state;
  }
  return TrackState::kLost;
}

Visibility VisibilityFrom(const std::string &word) {
  for (const auto &entry : kVisibilities) {
    if (word == entry.word) return entry.visibility;
  }
  return Visibility::kLost;
}

// ---- writing ----

void Assign(GValue *value, int number) { g_value_set_int(g_value_init(value, G_TYPE_INT), number); }
void Assign(GValue *value, float number) { g_value_set_float(g_value_init(value, G_TYPE_FLOAT), number); }
void Assign(GValue *value, const char *text) { g_value_set_string(g_value_init(value, G_TYPE_STRING), text); }
void Assign(GValue *value, GstStructure *taken) { g_value_take_boxed(g_value_init(value, GST_TYPE_STRUCTURE), taken); }

/// Sets `field` to the array of item(0) ... item(count - 1).
template <typename Item>
void SetArray(GstStructure *structure, const char *field, std::size_t count, Item item) {
  GValue array = G_VALUE_INIT;
  gst_value_array_init(&array, static_cast<guint>(count));
  for (std::size_t i = 0; i < count; ++i) {
    GValue value = G_VALUE_INIT;
    Assign(&value, item(i));
    gst_value_array_append_and_take_value(&array, &value);
  }
  gst_structure_take_value(structure, field, &array);
}

GstStructure *StructureOf(const Instance &instance) {
  GstStructure *out =
      gst_structure_new("instance", "id", G_TYPE_INT, instance.id, "state", G_TYPE_STRING, ToString(instance.state),
                        "confidence", G_TYPE_FLOAT, static_cast<double>(instance.confidence), nullptr);
  const auto &points = instance.points;
  const std::array<float, 4> box = {instance.box.x, instance.box.y, instance.box.width, instance.box.height};
  if (!points.empty()) SetArray(out, "box", box.size(), [&](std::size_t i) { return box[i]; });
  SetArray(out, "x", points.size(), [&](std::size_t i) { return points[i].xy_in_frame.x; });
  SetArray(out, "y", points.size(), [&](std::size_t i) { return points[i].xy_in_frame.y; });
  SetArray(out, "raw-x", points.size(), [&](std::size_t i) { return points[i].raw_in_frame.x; });
  SetArray(out, "raw-y", points.size(), [&](std::size_t i) { return points[i].raw_in_frame.y; });
  SetArray(out, "point-confidence", points.size(), [&](std::size_t i) { return points[i].confidence; });
  SetArray(out, "visibility", points.size(), [&](std::size_t i) { return ToString(points[i].visibility); });
  return out;
}

GstStructure *StructureOf(const TrackHeader &header, const std::vector<Instance> &instances) {
  GstStructure *out =
      gst_structure_new("track", "width", G_TYPE_INT, header.width, "height", G_TYPE_INT, header.height, "category",
                        G_TYPE_STRING, header.category.c_str(), "model", G_TYPE_STRING, header.model.c_str(),
                        "max-instances", G_TYPE_INT, header.max_instances, nullptr);
  SetArray(out, "names", header.names.size(), [&](std::size_t i) { return header.names[i].c_str(); });
  SetArray(out, "skeleton", header.skeleton.size() * 2, [&](std::size_t i) { return header.skeleton[i / 2][i % 2]; });
  SetArray(out, "instances", instances.size(), [&](std::size_t i) { return StructureOf(instances[i]); });
  return out;
}

// ---- reading ----

/// The array in `field`, or null.
const GValue *ArrayIn(const GstStructure *structure, const char *field) {
  const GValue *value = gst_structure_get_value(structure, field);
  return value != nullptr && GST_VALUE_HOLDS_ARRAY(value) ? value : nullptr;
}

/// All elements of an array of GLib type `type`, read by `get`; none where the field is missing or holds another type.
template <typename T, typename Get>
std::optional<std::vector<T>> ReadArray(const GstStructure *structure, const char *field, GType type, Get get) {
  const GValue *array = ArrayIn(structure, field);
  if (array == nullptr) return std::nullopt;
  std::vector<T> items;
  items.reserve(gst_value_array_get_size(array));
  for (guint i = 0; i < gst_value_array_get_size(array); ++i) {
    const GValue *value = gst_value_array_get_value(array, i);
    if (!G_VALUE_HOLDS(value, type)) return std::nullopt;
    items.push_back(get(value));
  }
  return items;
}

std::optional<std::vector<float>> ReadFloats(const GstStructure *structure, const char *field) {
  auto floats = ReadArray<float>(structure, field, G_TYPE_FLOAT, g_value_get_float);
  if (!floats || !std::all_of(floats->begin(), floats->end(), [](float v) { return std::isfinite(v); })) {
    return std::nullopt;
  }
  return floats;
}

std::optional<std::vector<std::string>> ReadStrings(const GstStructure *structure, const char *field) {
  return ReadArray<std::string>(structure, field, G_TYPE_STRING, [](const GValue *value) {
    const char *text = g_value_get_string(value);
    return std::string(text != nullptr ? text : "");
  });
}

const GstStructure *StructureAt(const GValue *array, guint index) {
  const GValue *value = gst_value_array_get_value(array, index);
  return GST_VALUE_HOLDS_STRUCTURE(value) ? gst_value_get_structure(value) : nullptr;
}

std::string ReadString(const GstStructure *structure, const char *field) {
  const char *text = gst_structure_get_string(structure, field);
  return text != nullptr ? text : "";
}

std::optional<Instance> ReadInstance(const GstStructure *structure, std::size_t keypoints) {
  Instance instance;
  if (!gst_structure_get(structure, "id", G_TYPE_INT, &instance.id, "confidence", G_TYPE_FLOAT, &instance.confidence,
                         nullptr) ||
      !std::isfinite(instance.confidence)) {
    return std::nullopt;
  }
  instance.state = StateFrom(gst_structure_get_string(structure, "state"));

  const auto x = ReadFloats(structure, "x");
  const auto y = ReadFloats(structure, "y");
  const auto raw_x = ReadFloats(structure, "raw-x");
  const auto raw_y = ReadFloats(structure, "raw-y");
  const auto confidences = ReadFloats(structure, "point-confidence");
  const auto visibility = ReadStrings(structure, "visibility");
  if (!x || !y || !raw_x || !raw_y || !confidences || !visibility) return std::nullopt;
  const std::size_t count = x->size();
  if (count != 0 && count != keypoints) return std::nullopt;
  for (const std::size_t other : {y->size(), raw_x->size(), raw_y->size(), confidences->size(), visibility->size()}) {
    if (other != count) return std::nullopt;
  }
  for (std::size_t i = 0; i < count; ++i) {
    instance.points.push_back(
        {{(*x)[i], (*y)[i]}, {(*raw_x)[i], (*raw_y)[i]}, (*confidences)[i], VisibilityFrom((*visibility)[i])});
  }
  if (const auto box = ReadFloats(structure, "box"); box && box->size() == 4) {
    instance.box = {(*box)[0], (*box)[1], (*box)[2], (*box)[3]};
  }
  return instance;
}

std::optional<Track> ReadTrack(const GstStructure *structure) {
  Track track;
  auto &header = track.header;
  auto names = ReadStrings(structure, "names");
  const auto links = ReadArray<int>(structure, "skeleton", G_TYPE_INT, g_value_get_int);
  const GValue *instances = ArrayIn(structure, "instances");
  if (!gst_structure_get_int(structure, "width", &header.width) || header.width < 1 ||
      !gst_structure_get_int(structure, "height", &header.height) || header.height < 1 || !names || !links ||
      instances == nullptr) {
    return std::nullopt;
  }
  header.category = ReadString(structure, "category");
  header.model = ReadString(structure, "model");
  header.names = std::move(*names);
  if (int most = 1; gst_structure_get_int(structure, "max-instances", &most)) {
    header.max_instances = std::clamp(most, 1, kMostInstances);
  }
  const auto is_keypoint = [&](int index) { return index >= 0 && index < static_cast<int>(header.names.size()); };
  for (std::size_t i = 0; i + 1 < links->size(); i += 2) {
    if (is_keypoint((*links)[i]) && is_keypoint((*links)[i + 1])) {
      header.skeleton.push_back({(*links)[i], (*links)[i + 1]});
    }
  }
  for (guint i = 0; i < gst_value_array_get_size(instances); ++i) {
    const GstStructure *item = StructureAt(instances, i);
    auto instance = item != nullptr ? ReadInstance(item, header.names.size()) : std::nullopt;
    if (instance) track.instances.push_back(std::move(*instance));
  }
  return track;
}

/// `category`, with the number of the track to come behind it where one of `tracks` has it already.
std::string NewCategory(const std::string &category, const std::vector<Track> &tracks) {
  const auto is_taken = [&](const std::string &name) {
    return std::any_of(tracks.begin(), tracks.end(), [&](const Track &track) { return track.header.category == name; });
  };
  std::string name = category;
  for (std::size_t number = tracks.size() + 1; is_taken(name); ++number) name = category + " " + std::to_string(number);
  return name;
}

}  // namespace

const char *ToString(TrackState state) noexcept {
  for (const auto &entry : kStates) {
    if (entry.state == state) return entry.word;
  }
  return "lost";
}

const char *ToString(Visibility visibility) noexcept {
  for (const auto &entry : kVisibilities) {
    if (entry.visibility == visibility) return entry.word;
  }
  return "lost";
}

void RegisterKeypointMeta() {
  static std::once_flag once;
  std::call_once(once, [] {
    // Another copy of this code (a program that links the elements and loads the plugin too) may have been first.
    if (gst_meta_get_info(kKeypointMetaName) != nullptr) return;
    const gchar *tags[] = {nullptr};
    // No transform function of our own: GStreamer's copies the structure deeply, and drops it for all else.
    gst_meta_register_custom(kKeypointMetaName, tags, nullptr, nullptr, nullptr);
  });
}

void AddTrack(GstBuffer *buffer, const TrackHeader &header, const std::vector<Instance> &instances) {
  GstCustomMeta *meta = gst_buffer_get_custom_meta(buffer, kKeypointMetaName);
  if (meta == nullptr) {
    meta = gst_buffer_add_custom_meta(buffer, kKeypointMetaName);
    gst_structure_set(gst_custom_meta_get_structure(meta), "schema", G_TYPE_INT, kKeypointMetaSchema, nullptr);
  }
  GstStructure *root = gst_custom_meta_get_structure(meta);
  GValue tracks = G_VALUE_INIT;
  if (const GValue *before = ArrayIn(root, "tracks")) {
    g_value_init(&tracks, GST_TYPE_ARRAY);
    g_value_copy(before, &tracks);
  } else {
    gst_value_array_init(&tracks, 1);
  }
  GValue track = G_VALUE_INIT;
  Assign(&track, StructureOf(header, instances));
  gst_value_array_append_and_take_value(&tracks, &track);
  gst_structure_take_value(root, "tracks", &tracks);
}

std::vector<Track> ReadTracks(GstBuffer *buffer) {
  std::vector<Track> tracks;
  GstCustomMeta *meta = gst_buffer_get_custom_meta(buffer, kKeypointMetaName);
  if (meta == nullptr) return tracks;
  const GstStructure *root = gst_custom_meta_get_structure(meta);
  int schema = 0;
  const GValue *array = ArrayIn(root, "tracks");
  if (!gst_structure_get_int(root, "schema", &schema) || schema != kKeypointMetaSchema || array == nullptr) {
    return tracks;
  }
  for (guint i = 0; i < gst_value_array_get_size(array); ++i) {
    const GstStructure *item = StructureAt(array, i);
    auto track = item != nullptr ? ReadTrack(item) : std::nullopt;
    if (!track) continue;
    track->header.category = NewCategory(track->header.category, tracks);
    tracks.push_back(std::move(*track));
  }
  return tracks;
}

}  // namespace kpt::gst
