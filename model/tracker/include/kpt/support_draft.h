// A support file as it is written: the annotation alone, no picture opened. For programs that change annotations;
// support.h has what the tracker works with. Knows nothing of networks or GStreamer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kpt/base/geometry.h"
#include "kpt/status.h"
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

/// Reads a support file of any format; `request.max_shots` has no effect. Errors (kNotFound, kSupport) name file, line
/// and field.
Result<SupportDraft> ReadSupportDraft(const SupportRequest &request) noexcept;

/// `draft` as the text of a YAML support file that will lie at `file`: reading it there gives the same draft, to the
/// last bit of a coordinate. `where` and `warnings` are not part of it. Errors: kSupport for keypoint names that the
/// reader would refuse.
Result<std::string> SupportYaml(const SupportDraft &draft, const std::string &file) noexcept;

}  // namespace kpt
