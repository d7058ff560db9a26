#include "kpt/data/coco.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "kpt/base/error.h"
#include "kpt/base/require_file.h"

namespace kpt::data {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxKeypoints = 1024;
constexpr double kMaxCoordinate = 1e6;  // pixels; beyond it is a mistake or malice
constexpr double kMaxExact = 1e15;      // whole numbers written with a point or an exponent are exact up to here

/// One element of one of the file's lists, for reading its fields with errors that name them.
class Item {
 public:
  Item(const json &value, std::string file, std::string place)
      : value_(value), file_(std::move(file)), place_(std::move(place)) {
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
    const bool is_whole = v.is_number_float() && std::abs(v.get<double>()) <= kMaxExact &&
                          std::nearbyint(v.get<double>()) == v.get<double>();
    if (!v.is_number_integer() && !is_whole) Fail(field, "is not an integer");
    if (v.is_number_unsigned() && v.get<std::uint64_t>() > static_cast<std::uint64_t>(most))
      Fail(field, "is out of range");
    const std::int64_t number = is_whole ? static_cast<std::int64_t>(v.get<double>()) : v.get<std::int64_t>();
    if (number < least || number > most) Fail(field, "is out of range");
    return number;
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
      if (!n.is_number() || !(std::abs(n.get<double>()) <= kMaxCoordinate))
        Fail(field, "has an entry that is not a number from -1000000 to 1000000");
      numbers.push_back(n.get<double>());
    }
    return numbers;
  }

 private:
  const json &value_;
  std::string file_, place_;
};

constexpr std::int64_t kMaxId = std::numeric_limits<std::int64_t>::max();  // MP-100 has ids above 2^53

/// How many keypoints the first annotation of the category has; 0 where there is none, or a wrong one.
std::size_t CountKeypoints(const json &root, std::int64_t category) {
  const auto annotations = root.find("annotations");
  if (annotations == root.end() || !annotations->is_array()) return 0;
  for (const json &annotation : *annotations) {
    if (!annotation.is_object() || annotation.value("category_id", json()) != category) continue;
    const auto keypoints = annotation.find("keypoints");
    return keypoints == annotation.end() || keypoints->size() > 3 * kMaxKeypoints ? 0 : keypoints->size() / 3;
  }
  return 0;
}

/// The category's names. MP-100 leaves the list of some empty: then numbers from 0, as many as are annotated.
std::vector<std::string> ReadNames(const Item &item, std::int64_t id, const json &root) {
  const json &list = item.Get("keypoints");
  if (!list.is_array() || list.size() > kMaxKeypoints) item.Fail("keypoints", "is not a list of 1 to 1024 names");
  std::vector<std::string> names;
  for (const json &name : list) {
    if (!name.is_string()) item.Fail("keypoints", "has an entry that is not a text");
    names.push_back(name.get<std::string>());
  }
  if (!names.empty()) return names;
  const std::size_t count = CountKeypoints(root, id);
  if (count == 0) item.Fail("keypoints", "is empty, and no annotation of the category says how many there are");
  for (std::size_t k = 0; k < count; ++k) names.push_back(std::to_string(k));
  return names;
}

/// COCO counts keypoints from 1. A category with a link to 0 counts from 0: cars in MP-100, and all of its categories
/// in the files with completed skeletons.
std::vector<Link> ReadLinks(const Item &item, std::int64_t count) {
  std::vector<std::pair<std::int64_t, std::int64_t>> ends;
  std::int64_t first = 1;
  for (const json &link : item.Get("skeleton")) {
    if (!link.is_array() || link.size() != 2 || !link[0].is_number_integer() || !link[1].is_number_integer())
      item.Fail("skeleton", "has an entry that is not a pair of indices");
    ends.emplace_back(link[0].get<std::int64_t>(), link[1].get<std::int64_t>());
    if (ends.back().first == 0 || ends.back().second == 0) first = 0;
  }
  std::vector<Link> links;
  for (const auto &[a, b] : ends) {
    const std::int64_t last = first + count - 1;
    if (a < first || b < first || a > last || b > last || a == b) {
      item.Fail("skeleton", "has the link [" + std::to_string(a) + "," + std::to_string(b) +
                                "]; indices are different and from " + std::to_string(first) + " to " +
                                std::to_string(last));
    }
    links.push_back({static_cast<int>(a - first), static_cast<int>(b - first)});
  }
  return links;
}

CocoCategory ReadCategory(const Item &item, const json &root) {
  CocoCategory category;
  category.id = item.Integer("id", 0, kMaxId);
  category.name = item.Text("name");
  category.keypoints = ReadNames(item, category.id, root);
  if (item.Has("skeleton")) category.skeleton = ReadLinks(item, static_cast<std::int64_t>(category.keypoints.size()));
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

/// Whether the box is given and has no size; such boxes are corners the wrong way round.
bool HasEmptyBox(const Item &item) {
  if (!item.Has("bbox")) return false;
  const std::vector<double> box = item.Numbers("bbox");
  return box.size() == 4 && (box[2] <= 0 || box[3] <= 0);
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
    item.Fail("keypoints", "has " + std::to_string(triples.size()) + " numbers, expected " +
                               std::to_string(3 * category->keypoints.size()) + " (x, y, v for each keypoint of '" +
                               category->name + "')");
  }
  for (std::size_t k = 0; k < category->keypoints.size(); ++k) {
    const bool visible = triples[3 * k + 2] > 0;
    annotation.visible.push_back(visible);
    annotation.hidden.push_back(triples[3 * k + 2] == 1);
    annotation.points.push_back(
        visible ? Point2{static_cast<float>(triples[3 * k]), static_cast<float>(triples[3 * k + 1])} : Point2{});
  }
  if (item.Has("bbox")) {
    const std::vector<double> box = item.Numbers("bbox");
    if (box.size() != 4 || box[2] <= 0 || box[3] <= 0)
      item.Fail("bbox", "is not [x, y, width, height] with a positive size");
    annotation.box = {static_cast<float>(box[0]), static_cast<float>(box[1]), static_cast<float>(box[2]),
                      static_cast<float>(box[3])};
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
  video.unlabelled =
      item.Has("unlabelled") && item.Get("unlabelled").is_boolean() && item.Get("unlabelled").get<bool>();
  return video;
}

/// Why the file's byte `count`, from 1, cannot be read.
std::string DescribeSlip(const std::string &path, std::size_t count) {
  std::ifstream stream(path, std::ios::binary);
  std::size_t line = 1, column = 0;
  char byte = 0;
  bool is_line_end = false;
  for (; count > 0 && stream.get(byte); --count) {
    column = is_line_end ? 1 : column + 1;
    line += is_line_end ? 1 : 0;
    is_line_end = byte == '\n';
  }
  const std::string place = "line " + std::to_string(line) + ", column " + std::to_string(column);
  return count > 0 ? "it ends too early, at " + place + "; copy it again." : "correct " + place + ", or copy it again.";
}

json Parse(const std::string &path) {
  RequireFile(path, ErrorCode::kInput);
  std::ifstream stream(path);
  if (!stream) throw Error(ErrorCode::kNotFound, path + ": cannot be opened");
  try {
    return json::parse(stream);
  } catch (const json::parse_error &error) {
    throw Error(ErrorCode::kInput, path + ": is not valid JSON: " + DescribeSlip(path, error.byte));
  } catch (const json::exception &) {
    throw Error(ErrorCode::kInput, path + ": is not valid JSON: a number in it is too large.");
  }
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
  for (std::size_t i = 0; i < list.size(); ++i)
    read(Item(list[i], path, std::string(name) + "[" + std::to_string(i) + "]"));
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

CocoFile ReadCoco(const std::string &path, EmptyBox empty_box) {
  const json root = Parse(path);
  if (!root.is_object()) throw Error(ErrorCode::kInput, path + ": is not a COCO file (no object at the top)");
  CocoFile file;
  file.path = path;
  file.folder = std::filesystem::path(path).parent_path().string();
  ForEach(root, path, "categories", true,
          [&](const Item &item) { file.categories.push_back(ReadCategory(item, root)); });
  ForEach(root, path, "images", true, [&](const Item &item) { file.images.push_back(ReadImage(item)); });
  std::set<std::int64_t> known;
  for (const CocoImage &image : file.images) known.insert(image.id);
  std::size_t next_place = 0;
  ForEach(root, path, "annotations", true, [&](const Item &item) {
    const std::size_t place = next_place++;
    if (empty_box == EmptyBox::kLeaveOut && HasEmptyBox(item)) return;
    file.annotations.push_back(ReadAnnotation(item, file));
    file.annotations.back().place = place;
    if (known.count(file.annotations.back().image_id) == 0) item.Fail("image_id", "is no image of this file");
  });
  ForEach(root, path, "videos", false, [&](const Item &item) { file.videos.push_back(ReadVideo(item)); });
  std::stable_sort(file.annotations.begin(), file.annotations.end(),
                   [](const CocoAnnotation &a, const CocoAnnotation &b) { return a.id < b.id; });
  return file;
}

std::string FindPicture(const CocoFile &file, const std::string &name) {
  namespace fs = std::filesystem;
  const fs::path folder = file.folder;
  std::string tried;
  for (const fs::path &place : {folder / name, folder / "../images" / name, folder / ".." / name}) {
    if (fs::exists(place)) return place.string();
    tried += (tried.empty() ? "" : ", ") + place.lexically_normal().string();
  }
  throw Error(ErrorCode::kNotFound, file.path + ": the picture '" + name + "' is missing; no such file: " + tried);
}

}  // namespace kpt::data
