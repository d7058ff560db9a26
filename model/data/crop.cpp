#include "kpt/data/crop.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace kpt::data {

CropSquare SquareAround(const Box &box) {
  return {box.x + box.width / 2.0, box.y + box.height / 2.0, kCropMargin * std::max(box.width, box.height), 0};
}

cv::Matx23d CropFromImage(const CropSquare &square, int crop_size) {
  const double scale = crop_size / square.side;
  const double angle = square.angle_deg * CV_PI / 180;
  const double c = scale * std::cos(angle), s = scale * std::sin(angle);
  return {c,  s, crop_size / 2.0 - c * square.centre_x - s * square.centre_y,
          -s, c, crop_size / 2.0 + s * square.centre_x - c * square.centre_y};
}

cv::Matx23d ImageFromCrop(const CropSquare &square, int crop_size) {
  cv::Matx23d inverse;
  cv::invertAffineTransform(CropFromImage(square, crop_size), inverse);
  return inverse;
}

Point2 Apply(const cv::Matx23d &t, Point2 p) {
  return {static_cast<float>(t(0, 0) * p.x + t(0, 1) * p.y + t(0, 2)),
          static_cast<float>(t(1, 0) * p.x + t(1, 1) * p.y + t(1, 2))};
}

cv::Mat CutCrop(const cv::Mat &picture, const CropSquare &square, int crop_size) {
  cv::Mat crop;
  cv::warpAffine(picture, crop, CropFromImage(square, crop_size), {crop_size, crop_size}, cv::INTER_LINEAR,
                 cv::BORDER_CONSTANT);
  return crop;
}

}  // namespace kpt::data
