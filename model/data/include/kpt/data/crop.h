// The network's input crop (specification, section 1): a square around a box, scaled to the crop size, optionally
// rotated. Called by the tracker, training and evaluation.
#pragma once

#include <opencv2/core.hpp>

#include "kpt/base/geometry.h"

namespace kpt::data {

/// The crop's square is this much larger than the box's longer side.
inline constexpr double kCropMargin = 1.25;

/// A square in the picture: centre and side in pixels; `angle_deg` turns it clockwise on the screen.
struct CropSquare {
  double centre_x = 0;
  double centre_y = 0;
  double side = 0;
  double angle_deg = 0;
};

CropSquare SquareAround(const Box &box);

/// crop_from_image: out = (p - centre) * crop_size / side + crop_size / 2, after turning the picture back.
cv::Matx23d CropFromImage(const CropSquare &square, int crop_size);
cv::Matx23d ImageFromCrop(const CropSquare &square, int crop_size);

Point2 Apply(const cv::Matx23d &transform, Point2 p);

/// The crop itself, bilinear, black outside. `picture`: 8-bit, any channels.
cv::Mat CutCrop(const cv::Mat &picture, const CropSquare &square, int crop_size);

}  // namespace kpt::data
