// A random smooth warp of an object into a crop: similarity, shear, perspective and a bending field. Private to the
// photo episodes.
#pragma once

#include <opencv2/core.hpp>

#include "episode_common.h"

namespace kpt::train {

struct WarpLimits {
  int crop_size = 256;
  double rotation_deg = 40;
  double scale_min = 0.55;  ///< the object's longer side, of the crop's
  double scale_max = 1.05;
  double shift = 0.1;  ///< of the crop's side
  double bend_px = 6;
};

class RandomWarp {
 public:
  /// `object`: the object's bounding box in pixels of its photograph.
  RandomWarp(const cv::Rect2d &object, double rotation_deg, const WarpLimits &limits, Random &random);

  /// The photograph (or a mask of it) as the crop sees it.
  cv::Mat Apply(const cv::Mat &photo, int border) const;

  /// A point of the photograph in the crop.
  Point2 Apply(const Point2 &p) const;

 private:
  static constexpr int kWaves = 3;
  struct Wave {
    double fx, fy, phase, ax, ay;
  };
  cv::Point2d Bend(double x, double y) const;

  int crop_size_;
  cv::Matx33d crop_from_photo_;
  Wave waves_[kWaves];
  cv::Mat map_x_, map_y_;
};

}  // namespace kpt::train
