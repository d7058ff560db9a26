// What the readers of support files hand over: the annotation alone, no picture opened yet. support.cpp checks it,
// reads the pictures and fills in what was left out. Every reader gives errors that name file, line where there is one,
// and field. Private to the support loader.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "kpt/base/geometry.h"
#include "kpt/support.h"

namespace kpt {

struct ShotDraft {
  std::string where;    ///< for errors: "support.yaml:12: shots[0]"
  std::string picture;  ///< path of a still or a video
  int frame = -1;       ///< of the video; -1: a still
  std::optional<Box> box;
  std::vector<Point2> points;  ///< one a keypoint name
  std::vector<bool> visible;   ///< one a keypoint name
};

struct SupportDraft {
  std::string category;
  std::vector<std::string> keypoint_names;
  std::vector<Link> skeleton;
  std::vector<ShotDraft> shots;
  std::vector<std::string> warnings;
};

/// Throws Error(kSupport): "<where>: <what>".
[[noreturn]] void FailSupport(const std::string &where, const std::string &what);

/// Throws Error(kSupport) where a list of keypoint names is empty, too long, or has empty or repeated names.
void CheckKeypointNames(const std::vector<std::string> &names, const std::string &where);

/// The name's index, or names.size().
std::size_t IndexOf(const std::vector<std::string> &names, const std::string &name);

/// "nose, left_ear, right_ear": for errors about unknown names.
std::string Listed(const std::vector<std::string> &names);

/// The largest coordinate that is not a mistake, in pixels.
inline constexpr double kLargestCoordinate = 1e6;

// The readers. `file` is the request's path, `text` the file's content.
SupportDraft ReadSupportYaml(const SupportRequest &request, const std::string &text);
SupportDraft ReadSupportCoco(const SupportRequest &request);
SupportDraft ReadSupportDlc(const SupportRequest &request, const std::string &text);

}  // namespace kpt
