// Reads the project's own support files: YAML. Called by support.cpp.
#include <yaml-cpp/yaml.h>

#include <cmath>
#include <filesystem>
#include <initializer_list>
#include <set>

#include "kpt/base/error.h"
#include "support_readers.h"

namespace kpt {
namespace {

/// A node with the words that an error about it needs.
class Field {
 public:
  Field(YAML::Node node, const std::string &file, std::string name)
      : node_(std::move(node)), file_(file), name_(std::move(name)) {}

  const YAML::Node &node() const { return node_; }
  bool exists() const { return node_.IsDefined() && !node_.IsNull(); }

  std::string where() const {
    const int line = node_.IsDefined() ? node_.Mark().line : -1;
    return file_ + (line >= 0 ? ":" + std::to_string(line + 1) : "") + ": " + name_;
  }
  [[noreturn]] void Fail(const std::string &what) const { FailSupport(where(), what); }

  Field Get(const char *key) const { return Field(node_[key], file_, name_.empty() ? key : name_ + "." + key); }
  /// A field that must be there; an error names the line of what it belongs to.
  Field Require(const char *key) const {
    Field field = Get(key);
    if (!field.exists()) FailSupport(Field(node_, file_, field.name_).where(), "is missing.");
    return field;
  }
  Field At(std::size_t index) const { return Field(node_[index], file_, name_ + "[" + std::to_string(index) + "]"); }

  void CheckMap(std::initializer_list<const char *> known) const {
    if (!node_.IsMap()) Fail("is not a map of names to values.");
    std::set<std::string> seen;
    for (const auto &entry : node_) {
      const Field key(entry.first, file_, name_);
      const std::string name = key.Text();
      bool expected = false;
      std::string list;
      for (const char *k : known) expected |= name == k, list += std::string(list.empty() ? "" : ", ") + k;
      if (!expected) key.Fail("has the unknown field '" + name + "'; known are " + list + ".");
      if (!seen.insert(name).second) key.Fail("has the field '" + name + "' twice.");
    }
  }
  std::size_t ListSize() const {
    if (!node_.IsSequence()) Fail("is not a list.");
    return node_.size();
  }
  std::string Text() const {
    if (!node_.IsScalar()) Fail("is not a text.");
    return node_.Scalar();
  }
  double Number() const {
    double value = 0;
    if (!node_.IsScalar() || !YAML::convert<double>::decode(node_, value)) Fail("is not a number.");
    if (!(std::abs(value) <= kLargestCoordinate))
      Fail("is no possible value: " + node_.Scalar() + "; " + kCoordinateRange);
    return value;
  }
  int FrameIndex() const {
    int value = 0;
    if (!node_.IsScalar() || !YAML::convert<int>::decode(node_, value) || value < 0)
      Fail("is not a frame number from 0.");
    return value;
  }

 private:
  YAML::Node node_;
  const std::string &file_;
  std::string name_;
};

std::vector<Link> ReadSkeleton(const Field &field, const std::vector<std::string> &names) {
  std::vector<Link> skeleton;
  if (!field.exists()) return skeleton;
  for (std::size_t i = 0; i < field.ListSize(); ++i) {
    const Field pair = field.At(i);
    if (pair.ListSize() != 2) pair.Fail("is not a pair of keypoint names.");
    Link link{};
    for (std::size_t end = 0; end < 2; ++end) {
      const std::string name = pair.At(end).Text();
      const std::size_t index = IndexOf(names, name);
      if (index == names.size())
        pair.Fail("names the unknown keypoint '" + name + "'; known are " + Listed(names) + ".");
      link[end] = static_cast<int>(index);
    }
    if (link[0] == link[1]) pair.Fail("links '" + names[link[0]] + "' to itself.");
    skeleton.push_back(link);
  }
  return skeleton;
}

Box ReadBox(const Field &field) {
  if (field.ListSize() != 4) field.Fail("is not [x, y, width, height].");
  float v[4];
  for (std::size_t i = 0; i < 4; ++i) v[i] = static_cast<float>(field.At(i).Number());
  if (v[2] <= 0 || v[3] <= 0) field.Fail("needs a width and a height above 0.");
  return {v[0], v[1], v[2], v[3]};
}

void ReadPoints(const Field &field, const std::string &file, const std::vector<std::string> &names, ShotDraft *shot) {
  if (!field.node().IsMap()) field.Fail("is not a map of keypoint names to [x, y].");
  shot->points.assign(names.size(), {});
  shot->visible.assign(names.size(), false);
  for (const auto &entry : field.node()) {
    const std::string name = Field(entry.first, file, field.where()).Text();
    const Field point(entry.second, file, "points." + name);
    const std::size_t index = IndexOf(names, name);
    if (index == names.size()) point.Fail("is an unknown keypoint; known are " + Listed(names) + ".");
    if (shot->visible[index]) point.Fail("is given twice.");
    if (point.ListSize() != 2) point.Fail("is not [x, y].");
    shot->points[index] = {static_cast<float>(point.At(0).Number()), static_cast<float>(point.At(1).Number())};
    shot->visible[index] = true;
  }
}

ShotDraft ReadShot(const Field &field, const std::string &file, const std::vector<std::string> &names) {
  field.CheckMap({"image", "video", "frame", "box", "points"});
  ShotDraft shot;
  shot.where = field.where();
  const bool image = field.Get("image").exists(), video = field.Get("video").exists();
  if (image == video) field.Fail("needs either image, or video and frame.");
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  shot.picture = (folder / field.Get(image ? "image" : "video").Text()).string();
  if (video) shot.frame = field.Require("frame").FrameIndex();
  if (image && field.Get("frame").exists()) field.Get("frame").Fail("goes with video, not with image.");
  if (field.Get("box").exists()) shot.box = ReadBox(field.Get("box"));
  ReadPoints(field.Require("points"), file, names, &shot);
  return shot;
}

SupportDraft ReadRoot(const Field &root, const SupportRequest &request) {
  if (!root.node().IsMap()) {
    FailSupport(request.file,
                "is no support file: neither this project's YAML, nor COCO keypoints, nor a DeepLabCut CSV.");
  }
  root.CheckMap({"category", "keypoints", "skeleton", "shots"});
  SupportDraft draft;
  const Field category = root.Require("category");
  draft.category = category.Text();
  if (draft.category.empty()) category.Fail("is empty.");
  if (!request.category.empty() && request.category != draft.category) {
    category.Fail("is '" + draft.category + "', but '" + request.category + "' was asked for.");
  }
  const Field names = root.Require("keypoints");
  for (std::size_t i = 0; i < names.ListSize(); ++i) draft.keypoint_names.push_back(names.At(i).Text());
  CheckKeypointNames(draft.keypoint_names, names.where());
  draft.skeleton = ReadSkeleton(root.Get("skeleton"), draft.keypoint_names);
  const Field shots = root.Require("shots");
  for (std::size_t i = 0; i < shots.ListSize(); ++i) {
    draft.shots.push_back(ReadShot(shots.At(i), request.file, draft.keypoint_names));
  }
  return draft;
}

}  // namespace

SupportDraft ReadSupportYaml(const SupportRequest &request, const std::string &text) {
  try {
    return ReadRoot(Field(YAML::Load(text), request.file, ""), request);
  } catch (const YAML::Exception &error) {
    const std::string line = error.mark.is_null() ? "" : ":" + std::to_string(error.mark.line + 1);
    FailSupport(request.file + line, "is not valid YAML: " + error.msg + ".");
  }
}

}  // namespace kpt
