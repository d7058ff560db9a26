// Frames with exact truth from real pictures: an object is cut out of a labelled clip with a soft edge and laid, under
// a known similarity, over a made-up background; an occluder may lie over it and sensor noise over all.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

#include "kpt/support.h"

namespace kpt::composed {

/// An object without its surroundings.
struct CutOut {
  SupportSet support;  ///< the one shot it was cut from, surroundings and all
  cv::Mat bgr, alpha;  ///< 32-bit floats, of the same size
  cv::Point2f centre;  ///< of the object's box, in pixels of the cut-out
  std::vector<cv::Point2f> points;
  double side = 0;  ///< the box's longer
};

/// The objects of a COCO-keypoints clip before a resting background, from `count` frames where the labelled objects lie
/// apart and all points are marked. Throws kpt::Error where there are fewer.
std::vector<CutOut> CutOutsOf(const std::string &folder, int count);

/// Where the object is in a frame.
struct Placement {
  cv::Point2f centre;
  double angle_deg = 0;
  double scale = 1;
};

/// What a frame shows, from back to front.
struct Frame {
  std::optional<Placement> object;
  std::optional<cv::Rect> occluder;
  double noise = 0;  ///< standard deviation, in grey levels
};

/// One background with what is laid over it. The same seed and the same frames give the same pictures.
class Composer {
 public:
  Composer(const CutOut &object, const cv::Size &size, std::uint32_t seed);

  /// 8-bit BGR, valid until the next call.
  const cv::Mat &Draw(const Frame &frame);

  std::vector<cv::Point2f> Truth(const Placement &placement) const;

 private:
  const CutOut &object_;
  cv::RNG random_;
  cv::Mat background_, cover_, frame_, noise_;
};

}  // namespace kpt::composed
