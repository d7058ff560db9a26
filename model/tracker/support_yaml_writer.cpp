// Writes the project's own support files: YAML, as support_yaml.cpp reads them. Called by programs that change
// annotations.
#include <yaml-cpp/yaml.h>

#include <array>
#include <charconv>
#include <filesystem>

#include "protect.h"
#include "support_readers.h"

namespace kpt {
namespace {

namespace fs = std::filesystem;

/// The shortest decimal number that is read as this one again.
std::string Shortest(float value) {
  std::array<char, 64> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr;
  return {text.data(), end};
}

void WriteNumbers(YAML::Emitter &out, std::initializer_list<float> numbers) {
  out << YAML::Flow << YAML::BeginSeq;
  for (const float number : numbers) out << Shortest(number);
  out << YAML::EndSeq;
}

void WriteSkeleton(YAML::Emitter &out, const SupportDraft &draft) {
  out << YAML::Flow << YAML::BeginSeq;
  for (const Link &link : draft.skeleton) {
    out << YAML::Flow << YAML::BeginSeq;
    for (const int end : link) out << draft.keypoint_names.at(static_cast<std::size_t>(end));
    out << YAML::EndSeq;
  }
  out << YAML::EndSeq;
}

/// Pictures are named from the folder of the support file, so that both can be moved together.
std::string FromFolderOf(const std::string &file, const std::string &picture) {
  const fs::path folder = fs::absolute(file).lexically_normal().parent_path();
  return fs::absolute(picture).lexically_normal().lexically_proximate(folder).string();
}

void WriteShot(YAML::Emitter &out, const ShotDraft &shot, const SupportDraft &draft, const std::string &file) {
  const bool video = shot.frame >= 0;
  out << YAML::BeginMap << YAML::Key << (video ? "video" : "image") << YAML::Value << FromFolderOf(file, shot.picture);
  if (video) out << YAML::Key << "frame" << YAML::Value << shot.frame;
  if (shot.box) {
    out << YAML::Key << "box" << YAML::Value;
    WriteNumbers(out, {shot.box->x, shot.box->y, shot.box->width, shot.box->height});
  }
  out << YAML::Key << "points" << YAML::Value << YAML::BeginMap;
  for (std::size_t i = 0; i < draft.keypoint_names.size(); ++i) {
    if (!shot.visible.at(i)) continue;
    out << YAML::Key << draft.keypoint_names[i] << YAML::Value;
    WriteNumbers(out, {shot.points.at(i).x, shot.points.at(i).y});
  }
  out << YAML::EndMap << YAML::EndMap;
}

std::string Write(const SupportDraft &draft, const std::string &file) {
  if (draft.category.empty()) FailSupport(file + ": category", "is empty.");
  CheckKeypointNames(draft.keypoint_names, file + ": keypoints");
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "category" << YAML::Value << draft.category;
  out << YAML::Key << "keypoints" << YAML::Value << YAML::Flow << draft.keypoint_names;
  if (!draft.skeleton.empty()) {
    out << YAML::Key << "skeleton" << YAML::Value;
    WriteSkeleton(out, draft);
  }
  out << YAML::Key << "shots" << YAML::Value << YAML::BeginSeq;
  for (const ShotDraft &shot : draft.shots) WriteShot(out, shot, draft, file);
  out << YAML::EndSeq << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace

Result<std::string> SupportYaml(const SupportDraft &draft, const std::string &file) noexcept {
  return Protect([&]() -> Result<std::string> { return Write(draft, file); });
}

}  // namespace kpt
