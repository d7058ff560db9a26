// Support shots: the user's marked pictures of the object. Three file formats, told apart by content: our YAML, COCO
// keypoints JSON, DeepLabCut CSV. Knows nothing of networks or GStreamer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kpt/base/geometry.h"
#include "kpt/status.h"

namespace kpt {

/// A picture in memory: `height` rows of `width` RGB triples, no padding.
struct RgbImage {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;
};

/// One marked picture.
struct SupportShot {
  RgbImage image;
  Box box;                     ///< of the object, in pixels of `image`
  std::vector<Point2> points;  ///< one for each keypoint name, in pixels of `image`; (0, 0) where not visible
  std::vector<bool> visible;   ///< one for each keypoint name
  std::string source;          ///< "shot1.png" or "clip.mp4 frame 120", for messages
};

/// Everything the user said of one category of objects.
struct SupportSet {
  std::string category;
  std::vector<std::string> keypoint_names;
  std::vector<Link> skeleton;         ///< may be empty
  std::vector<SupportShot> shots;     ///< at least one
  std::vector<std::string> warnings;  ///< for the user, each a sentence
};

struct SupportRequest {
  std::string file;
  std::string category;  ///< picks one where the file has several; empty: the only one
  int max_shots = 0;     ///< the first N shots of the file; 0: all
};

/// Reads a support file and its pictures or video frames. Errors (kNotFound, kSupport) name file, line and field.
Result<SupportSet> LoadSupport(const SupportRequest &request) noexcept;

}  // namespace kpt
