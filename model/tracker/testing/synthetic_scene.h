// Frames with exact truth for tests: a textured object with coloured dots before a textured background, drawn under any
// similarity transform, in any pixel format and stride. No OpenCV in this header. Used by the tests of the tracker and
// of the plugin.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kpt/support.h"
#include "kpt/tracker.h"

namespace kpt::testing {

/// Where the object is in a frame.
struct ScenePose {
  Point2 centre;
  double side = 120;     ///< of the object's box, in pixels
  double angle_deg = 0;  ///< clockwise on the screen
};

/// A frame that owns its pixels.
class SceneFrame {
 public:
  /// `padding_bytes` are added to each row of each plane.
  SceneFrame(const RgbImage &image, PixelFormat format, int padding_bytes = 0);
  FrameView view(std::optional<std::int64_t> pts_ns = std::nullopt) const;

 private:
  struct Plane {
    std::vector<std::uint8_t> bytes;
    int stride = 0;
  };
  void FillPacked(const RgbImage &image, int padding_bytes);
  void FillYuv(const RgbImage &image, int padding_bytes);

  PixelFormat format_;
  int width_, height_;
  std::vector<Plane> planes_;
};

class SyntheticScene {
 public:
  SyntheticScene(int width, int height, std::uint32_t seed = 1);
  ~SyntheticScene();

  int width() const { return width_; }
  int height() const { return height_; }

  /// The object at `pose`; none: the background alone. `noise`: standard deviation of the sensor's, in grey levels.
  RgbImage Draw(const std::optional<ScenePose> &pose, double noise = 0);

  /// Several such objects, the last one in front.
  RgbImage DrawAll(const std::vector<ScenePose> &poses, double noise = 0);

  /// The keypoints' true places.
  std::vector<Point2> Truth(const ScenePose &pose) const;

  /// One shot of the object: upright, in the middle. `grey`: as a camera without colours sees it.
  SupportSet Support(bool grey = false);

 private:
  struct Pictures;
  std::unique_ptr<Pictures> pictures_;
  int width_, height_;
};

/// Makes a folder's support.yaml and shot.png of a scene; returns the YAML file's path.
std::string WriteSupportFiles(const SupportSet &support, const std::string &folder);

}  // namespace kpt::testing
