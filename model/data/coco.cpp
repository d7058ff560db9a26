#include "kpt/data/coco.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "kpt/base/error.h"

namespace kpt::data {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxKeypoints = 1024;
constexpr double kMaxCoordinate = 1e6;  // pixels; beyond it is a mistake or malice

/// One element of one of the file's lists, for reading its fields with errors that name them.
class Item {
 public:
  Item(const json &value, std::string file, std::string place) : value_(value), file_(std::move(file)), place_(std::move(place)) {
    if (!value_.is_object()) Fail("", "is not an object");
  }

  [[noreturn]] void Fail(const std::string &field, const std::string &what) const {
    throw Error(ErrorCode::kInput, file_ + ": " + place_ + (field.empty() ? "" : "." + field) + ": " + what);
  }

  bool Has(const char *field) const { return value_.contains(field) && !value_.at(field).is_null(); }

  const json &Get(const char *field) const {
    if (!Has(field)) Fail(field, "is missing");
    return value_.at(field);
  }

  std::int64_t Integer(const char *field, std::int64_t least, std::int64_t most) const {
    const json &v = Get(field);
    if (!v.is_number_integer() && !(v.is_number_float() && std::nearbyint(v.get<double>()) == v.get<double>()))
      Fail(field, "is not an integer");
    const double number = v.get<double>();
    if (!(number >= static_cast<double>(least) && number <= static_cast<double>(most))) Fail(field, "is out of range");
    return static_cast<std::int64_t>(number);
  }

  double Number(const char *field) const {
    const json &v = Get(field);
    if (!v.is_number() || !std::isfinite(v.get<double>())) Fail(field, "is not a number");
    return v.get<double>();
  }

  std::string Text(const char *field) const {
    const json &v = Get(field);
    if (!v.is_string()) Fail(field, "is not a text");
    return v.get<std::string>();
  }

  std::vector<double> Numbers(const char *field) const {
    const json &v = Get(field);
    if (!v.is_array()) Fail(field, "is not a list");
    std::vector<double> numbers;
    for (const json &n : v) {
      if (!n.is_number() || !(std::abs(n.get<double>()) <= kMaxCoordinate)) Fail(field, "has an entry that is not a usable number");
      numbers.push_back(n.get<double>());
    }
    return numbers;
  }

 private:
  const json &value_;
  std::string file_, place_;
};

constexpr std::int64_t kMaxId = std::int64_t{1} << 53;

CocoCategory ReadCategory(const Item &item) {
  CocoCategory category;
  category.id = item.Integer("id", 0, kMaxId);
  category.name = item.Text("name");
  const json &names = item.Get("keypoints");
  if (!names.is_array() || names.empty() || names.size() > kMaxKeypoints) item.Fail("keypoints", "is not a list of 1 to 1024 names");
  for (const json &name : names) {
    if (!name.is_string()) item.Fail("keypoints", "has an entry that is not a text");
    category.keypoints.push_back(name.get<std::string>());
  }
  if (!item.Has("skeleton")) return category;
  for (const json &link : item.Get("skeleton")) {
    if (!link.is_array() || link.size() != 2 || !link[0].is_number_integer() || !link[1].is_number_integer())
      item.Fail("skeleton", "has an entry that is not a pair of 1-based indices");
    const auto count = static_cast<std::int64_t>(names.size());
    const auto a = link[0].get<std::int64_t>(), b = link[1].get<std::int64_t>();
    if (a < 1 || b < 1 || a > count || b > count || a == b)
      item.Fail("skeleton", "has the link " + link.dump() + "; indices are different and from 1 to " + std::to_string(count));
    category.skeleton.push_back({static_cast<int>(a - 1), static_cast<int>(b - 1)});
  }
  return category;
}

CocoImage ReadImage(const Item &item) {
  CocoImage image;
  image.id = item.Integer("id", 0, kMaxId);
  image.file_name = item.Text("file_name");
  if (item.Has("width")) image.width = static_cast<int>(item.Integer("width", 1, 1 << 16));
  if (item.Has("height")) image.height = static_cast<int>(item.Integer("height", 1, 1 << 16));
  if (item.Has("frame_index")) image.frame_index = static_cast<int>(item.Integer("frame_index", 0, 1 << 30));
  if (item.Has("video_id")) image.video_id = item.Integer("video_id", 0, kMaxId);
  return image;
}

CocoAnnotation ReadAnnotation(const Item &item, const CocoFile &file) {
  CocoAnnotation annotation;
  annotation.id = item.Integer("id", 0, kMaxId);
  annotation.image_id = item.Integer("image_id", 0, kMaxId);
  annotation.category_id = item.Integer("category_id", 0, kMaxId);
  if (item.Has("track")) annotation.track = item.Integer("track", 0, kMaxId);
  const auto category = std::find_if(file.categories.begin(), file.categories.end(),
                                     [&](const CocoCategory &c) { return c.id == annotation.category_id; });
  if (category == file.categories.end()) item.Fail("category_id", "is no category of this file");
  const std::vector<double> triples = item.Numbers("keypoints");
  if (triples.size() != 3 * category->keypoints.size()) {
    item.Fail("keypoints", "has " + std::to_string(triples.size()) + " numbers, expected " + std::to_string(3 * category->keypoints.size()) +
                               " (x, y, v for each keypoint of '" + category->name + "')");
  }
  for (std::size_t k = 0; k < category->keypoints.size(); ++k) {
    const bool visible = triples[3 * k + 2] > 0;
    annotation.visible.push_back(visible);
    annotation.hidden.push_back(triples[3 * k + 2] == 1);
    annotation.points.push_back(visible ? Point2{static_cast<float>(triples[3 * k]), static_cast<float>(triples[3 * k + 1])} : Point2{});
  }
  if (item.Has("bbox")) {
    const std::vector<double> box = item.Numbers("bbox");
    if (box.size() != 4 || box[2] <= 0 || box[3] <= 0) item.Fail("bbox", "is not [x, y, width, height] with a positive size");
    annotation.box = {static_cast<float>(box[0]), static_cast<float>(box[1]), static_cast<float>(box[2]), static_cast<float>(box[3])};
  }
  return annotation;
}

CocoVideo ReadVideo(const Item &item) {
  CocoVideo video;
  video.id = item.Integer("id", 0, kMaxId);
  video.name = item.Text("name");
  video.file = item.Text("file");
  if (item.Has("num_frames")) video.num_frames = static_cast<int>(item.Integer("num_frames", 0, 1 << 30));
  if (item.Has("fps")) video.fps = item.Number("fps");
  video.unlabelled = item.Has("unlabelled") && item.Get("unlabelled").is_boolean() && item.Get("unlabelled").get<bool>();
  return video;
}

/// Calls `read` with each element of the list `name`; a missing list is an error where it is `required`.
template <typename Read>
void ForEach(const json &root, const std::string &path, const char *name, bool required, Read read) {
  if (!root.contains(name)) {
    if (required) throw Error(ErrorCode::kInput, path + ": " + name + ": is missing");
    return;
  }
  const json &list = root.at(name);
  if (!list.is_array()) throw Error(ErrorCode::kInput, path + ": " + name + ": is not a list");
  for (std::size_t i = 0; i < list.size(); ++i) read(Item(list[i], path, std::string(name) + "[" + std::to_string(i) + "]"));
}

}  // namespace

const CocoImage &CocoFile::Image(std::int64_t id) const {
  for (const CocoImage &image : images) {
    if (image.id == id) return image;
  }
  throw Error(ErrorCode::kInput, path + ": no image has the id " + std::to_string(id));
}

const CocoCategory &CocoFile::Category(std::int64_t id) const {
  for (const CocoCategory &category : categories) {
    if (category.id == id) return category;
  }
  throw Error(ErrorCode::kInput, path + ": no category has the id " + std::to_string(id));
}

CocoFile ReadCoco(const std::string &path) {
  std::ifstream stream(path);
  if (!stream) throw Error(ErrorCode::kNotFound, path + ": cannot be opened");
  json root;
  try {
    root = json::parse(stream);
  } catch (const json::exception &error) {
    throw Error(ErrorCode::kInput, path + ": is not valid JSON: " + error.what());
  }
  if (!root.is_object()) throw Error(ErrorCode::kInput, path + ": is not a COCO file (no object at the top)");
  CocoFile file;
  file.path = path;
  file.folder = std::filesystem::path(path).parent_path().string();
  ForEach(root, path, "categories", true, [&](const Item &item) { file.categories.push_back(ReadCategory(item)); });
  ForEach(root, path, "images", true, [&](const Item &item) { file.images.push_back(ReadImage(item)); });
  std::set<std::int64_t> known;
  for (const CocoImage &image : file.images) known.insert(image.id);
  ForEach(root, path, "annotations", true, [&](const Item &item) {
    file.annotations.push_back(ReadAnnotation(item, file));
    if (known.count(file.annotations.back().image_id) == 0) item.Fail("image_id", "is no image of this file");
  });
  ForEach(root, path, "videos", false, [&](const Item &item) { file.videos.push_back(ReadVideo(item)); });
  std::stable_sort(file.annotations.begin(), file.annotations.end(),
                   [](const CocoAnnotation &a, const CocoAnnotation &b) { return a.id < b.id; });
  return file;
}

}  // namespace kpt::data
