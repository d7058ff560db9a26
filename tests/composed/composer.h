// Frames with exact truth from real pictures: an object that was cut out (cut_out.h) is laid, under a known similarity,
// over a made-up background; an occluder may lie over it, blur and sensor noise over all.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "composed/cut_out.h"

namespace kpt::composed {

/// Where the object is in a frame.
struct Placement {
  cv::Point2f centre;
  double angle_deg = 0;  ///< clockwise on the screen
  double scale = 1;
};

/// What a frame shows, from back to front.
struct Frame {
  std::optional<Placement> object;
  std::optional<cv::Rect> occluder;
  double noise = 0;  ///< standard deviation, in grey levels
  double blur = 0;   ///< standard deviation of a Gaussian, in pixels
};

/// One background with what is laid over it. The same seed and the same frames give the same pictures.
class Composer {
 public:
  /// Borrows the object.
  Composer(const CutOut &object, const cv::Size &size, std::uint32_t seed);

  /// 8-bit BGR, valid until the next call.
  const cv::Mat &Draw(const Frame &frame);

  std::vector<cv::Point2f> Truth(const Placement &placement) const;

 private:
  void LayObject(const Placement &placement);
  void AddNoise(double sigma);

  const CutOut &object_;
  cv::RNG random_;
  cv::Mat background_, cover_, frame_;
  cv::Mat noise_;  ///< larger than a frame: each takes another part of it
  double sigma_of_noise_ = 0;
};

}  // namespace kpt::composed
