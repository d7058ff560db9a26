// LoadSupport: tells the formats apart, then makes the draft of any of them a checked set of shots with pictures.
#include "kpt/support.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>

#include "kpt/base/error.h"
#include "kpt/base/require_file.h"
#include "kpt/data/picture.h"
#include "protect.h"
#include "support_readers.h"

namespace kpt {
namespace {

constexpr std::size_t kLargestFileBytes = std::size_t{256} << 20;
constexpr std::size_t kManyShots = 10;
constexpr std::size_t kTooManyShots = 200;
constexpr std::size_t kMostKeypoints = 1024;
constexpr float kBoxMargin = 0.1F;  ///< of the hull's longer side, on every side
constexpr float kSmallestBox = 2;   ///< pixels, the longer side
constexpr float kLargestBoxInPictures = 4;

std::string ReadText(const std::string &path) {
  RequireFile(path, ErrorCode::kSupport);
  std::error_code ignored;
  if (std::filesystem::file_size(path, ignored) > kLargestFileBytes)
    FailSupport(path, "is too large for a support file.");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw Error(ErrorCode::kNotFound, path + ": cannot be opened.");
  return {std::istreambuf_iterator<char>(stream), {}};
}

SupportDraft ReadDraft(const SupportRequest &request) {
  std::string text = ReadText(request.file);
  if (text.rfind("\xEF\xBB\xBF", 0) == 0) text.erase(0, 3);  // a byte order mark
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) FailSupport(request.file, "is empty.");
  if (text.find('\0') != std::string::npos)
    FailSupport(request.file, "is no text file; support files are YAML, JSON or CSV.");
  if (text.compare(first, 7, "scorer,") == 0) return ReadSupportDlc(request, text);
  // YAML may be written with braces too; a COCO file always has annotations.
  if (text[first] == '{' && text.find("\"annotations\"") != std::string::npos) return ReadSupportCoco(request);
  return ReadSupportYaml(request, text);
}

/// Opens pictures, and keeps the last video open: shots of one clip are usually marked in its order.
class PictureReader {
 public:
  RgbImage Read(const ShotDraft &shot) {
    const cv::Mat bgr = shot.frame < 0 ? data::ReadPicture(shot.picture) : VideoFrame(shot.picture, shot.frame);
    cv::Mat rgb;
    cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
    return {rgb.cols, rgb.rows, {rgb.datastart, rgb.dataend}};
  }

 private:
  cv::Mat VideoFrame(const std::string &path, int frame) {
    if (!video_ || path != video_path_) video_ = std::make_unique<data::VideoReader>(path);
    video_path_ = path;
    return video_->Frame(frame);
  }

  std::unique_ptr<data::VideoReader> video_;
  std::string video_path_;
};

Box HullWithMargin(const ShotDraft &shot) {
  float left = 0, top = 0, right = 0, bottom = 0;
  bool any = false;
  for (std::size_t i = 0; i < shot.points.size(); ++i) {
    if (!shot.visible[i]) continue;
    const Point2 p = shot.points[i];
    left = any ? std::min(left, p.x) : p.x;
    right = any ? std::max(right, p.x) : p.x;
    top = any ? std::min(top, p.y) : p.y;
    bottom = any ? std::max(bottom, p.y) : p.y;
    any = true;
  }
  const float margin = kBoxMargin * std::max(right - left, bottom - top);
  return {left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin};
}

bool Holds(const Box &box, Point2 p) {
  return p.x >= box.x && p.y >= box.y && p.x <= box.x + box.width && p.y <= box.y + box.height;
}

void CheckBox(const ShotDraft &shot, const RgbImage &image, const Box &box) {
  const std::string where = shot.where + ".box";
  const float longer = std::max(box.width, box.height);
  if (!shot.box && longer < kSmallestBox) {
    FailSupport(where, "is needed, because the hull of the visible points has no size of its own.");
  }
  if (!(box.width > 0 && box.height > 0 && longer >= kSmallestBox)) FailSupport(where, "has no size.");
  const auto largest = kLargestBoxInPictures * static_cast<float>(std::max(image.width, image.height));
  if (longer > largest) FailSupport(where, "is far larger than the picture.");
  bool holds_any = false;
  for (std::size_t i = 0; i < shot.points.size(); ++i) holds_any |= shot.visible[i] && Holds(box, shot.points[i]);
  if (!holds_any) FailSupport(where, "holds none of the visible points.");
}

/// Points outside the picture cannot be seen in it, whatever the file says.
void HidePointsOutside(const RgbImage &image, const std::vector<std::string> &names, ShotDraft *shot,
                       std::vector<std::string> *warnings) {
  for (std::size_t i = 0; i < shot->points.size(); ++i) {
    const Point2 p = shot->points[i];
    const bool inside = p.x >= -0.5F && p.y >= -0.5F && p.x <= static_cast<float>(image.width) - 0.5F &&
                        p.y <= static_cast<float>(image.height) - 0.5F;
    if (!shot->visible[i] || inside) continue;
    shot->visible[i] = false;
    warnings->push_back(shot->where + ": point " + names[i] + " lies outside the picture (" +
                        std::to_string(image.width) + " x " + std::to_string(image.height) + ") and is not used.");
  }
}

SupportShot Finish(ShotDraft draft, const std::vector<std::string> &names, PictureReader *pictures,
                   std::vector<std::string> *warnings) {
  SupportShot shot;
  try {
    shot.image = pictures->Read(draft);
  } catch (const Error &error) {
    const ErrorCode code = error.code() == ErrorCode::kInput ? ErrorCode::kSupport : error.code();
    const bool is_missing = code == ErrorCode::kNotFound;
    throw Error(code, draft.where + ": " + error.what() +
                          (is_missing ? " Paths in a support file are relative to its folder." : ""));
  }
  HidePointsOutside(shot.image, names, &draft, warnings);
  if (std::count(draft.visible.begin(), draft.visible.end(), true) == 0)
    FailSupport(draft.where, "no point is visible.");
  shot.box = draft.box ? *draft.box : HullWithMargin(draft);
  CheckBox(draft, shot.image, shot.box);
  shot.source = std::filesystem::path(draft.picture).filename().string();
  if (draft.frame >= 0) shot.source += " frame " + std::to_string(draft.frame);
  for (std::size_t i = 0; i < draft.points.size(); ++i) {
    if (!draft.visible[i]) draft.points[i] = {};
  }
  shot.points = std::move(draft.points);
  shot.visible = std::move(draft.visible);
  return shot;
}

void DropRepeatedLinks(SupportDraft *draft) {
  std::set<Link> seen;
  std::vector<Link> kept;
  for (const Link &link : draft->skeleton) {
    if (seen.insert({std::min(link[0], link[1]), std::max(link[0], link[1])}).second) kept.push_back(link);
  }
  if (kept.size() < draft->skeleton.size()) draft->warnings.push_back("The skeleton names a link twice; once is used.");
  draft->skeleton = std::move(kept);
}

SupportSet Load(const SupportRequest &request) {
  if (request.max_shots < 0) throw Error(ErrorCode::kInvalidArgument, "max_shots: must be 0 or more.");
  SupportDraft draft = ReadDraft(request);
  DropRepeatedLinks(&draft);
  if (draft.shots.empty()) FailSupport(request.file, "has no shot of category '" + draft.category + "'.");
  if (request.max_shots > 0 && draft.shots.size() > static_cast<std::size_t>(request.max_shots)) {
    draft.shots.resize(static_cast<std::size_t>(request.max_shots));
  }
  const std::string count = std::to_string(draft.shots.size());
  if (draft.shots.size() > kTooManyShots) {
    FailSupport(request.file, "has " + count + " shots of '" + draft.category +
                                  "', more than can be used. Take the first "
                                  "few with support-shots (--shots).");
  }
  if (draft.shots.size() > kManyShots) {
    draft.warnings.push_back(request.file + " has " + count +
                             " shots: the time for each frame grows with their number, "
                             "the accuracy hardly. Consider support-shots (--shots).");
  }
  SupportSet support;
  PictureReader pictures;
  for (ShotDraft &shot : draft.shots) {
    support.shots.push_back(Finish(std::move(shot), draft.keypoint_names, &pictures, &draft.warnings));
  }
  support.category = std::move(draft.category);
  support.keypoint_names = std::move(draft.keypoint_names);
  support.skeleton = std::move(draft.skeleton);
  support.warnings = std::move(draft.warnings);
  return support;
}

}  // namespace

void FailSupport(const std::string &where, const std::string &what) {
  throw Error(ErrorCode::kSupport, where + ": " + what);
}

void CheckKeypointNames(const std::vector<std::string> &names, const std::string &where) {
  if (names.empty()) FailSupport(where, "names no keypoint.");
  if (names.size() > kMostKeypoints) FailSupport(where, "has more than " + std::to_string(kMostKeypoints) + " names.");
  std::set<std::string> seen;
  for (const std::string &name : names) {
    if (name.empty()) FailSupport(where, "has an empty name.");
    if (!seen.insert(name).second) FailSupport(where, "names '" + name + "' twice.");
  }
}

std::size_t IndexOf(const std::vector<std::string> &names, const std::string &name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::string Listed(const std::vector<std::string> &names) {
  constexpr std::size_t kMost = 20;
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) list += (i ? ", " : "") + names[i];
  return names.size() > kMost ? list + " ..." : list;
}

Result<SupportDraft> ReadSupportDraft(const SupportRequest &request) noexcept {
  return Protect([&]() -> Result<SupportDraft> { return ReadDraft(request); });
}

Result<SupportSet> LoadSupport(const SupportRequest &request) noexcept {
  return Protect([&]() -> Result<SupportSet> { return Load(request); });
}

}  // namespace kpt
