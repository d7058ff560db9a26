#include "random_warp.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace kpt::train {
namespace {

constexpr int kGridStep = 8;  // the bending field is smooth: computed every few pixels, interpolated between
constexpr int kInverseSteps = 6;

cv::Matx33d RandomHomography(const cv::Rect2d &object, double rotation_deg, const WarpLimits &limits, Random &random) {
  const double size = limits.crop_size;
  const double scale =
      Uniform(random, limits.scale_min, limits.scale_max) * size / std::max(object.width, object.height);
  const double aspect = std::exp(Normal(random, 0.08)), shear = Normal(random, 0.08);
  const double angle = rotation_deg * CV_PI / 180, c = std::cos(angle), s = std::sin(angle);
  const cv::Matx33d to_origin(1, 0, -object.x - object.width / 2, 0, 1, -object.y - object.height / 2, 0, 0, 1);
  const cv::Matx33d stretch(scale * aspect, scale * shear, 0, 0, scale / aspect, 0, 0, 0, 1);
  const cv::Matx33d turn(c, -s, 0, s, c, 0, 0, 0, 1);
  const cv::Matx33d perspective(1, 0, 0, 0, 1, 0, Normal(random, 0.12) / size, Normal(random, 0.12) / size, 1);
  const cv::Matx33d to_crop(1, 0, size / 2 + Uniform(random, -limits.shift, limits.shift) * size,  //
                            0, 1, size / 2 + Uniform(random, -limits.shift, limits.shift) * size, 0, 0, 1);
  return to_crop * perspective * turn * stretch * to_origin;
}

cv::Point2d Project(const cv::Matx33d &h, double x, double y) {
  const double w = h(2, 0) * x + h(2, 1) * y + h(2, 2);
  return {(h(0, 0) * x + h(0, 1) * y + h(0, 2)) / w, (h(1, 0) * x + h(1, 1) * y + h(1, 2)) / w};
}

}  // namespace

RandomWarp::RandomWarp(const cv::Rect2d &object, double rotation_deg, const WarpLimits &limits, Random &random)
    : crop_size_(limits.crop_size), crop_from_photo_(RandomHomography(object, rotation_deg, limits, random)) {
  for (Wave &wave : waves_) {
    const double direction = Uniform(random, 0, 2 * CV_PI),
                 frequency = Uniform(random, 0.4, 1.3) * 2 * CV_PI / crop_size_;
    const double along = Uniform(random, 0, 2 * CV_PI), amplitude = Uniform(random, 0, limits.bend_px);
    wave = {frequency * std::cos(direction), frequency * std::sin(direction), Uniform(random, 0, 2 * CV_PI),
            amplitude * std::cos(along), amplitude * std::sin(along)};
  }
  // photo position = H^-1 (crop position + bend(crop position)), on a coarse grid that covers the crop
  const cv::Matx33d photo_from_crop = crop_from_photo_.inv();
  const int nodes = crop_size_ / kGridStep + 1;
  cv::Mat coarse_x(nodes, nodes, CV_32F), coarse_y(nodes, nodes, CV_32F);
  for (int i = 0; i < nodes; ++i) {
    for (int j = 0; j < nodes; ++j) {
      const double x = j * kGridStep, y = i * kGridStep;
      const cv::Point2d bend = Bend(x, y), p = Project(photo_from_crop, x + bend.x, y + bend.y);
      coarse_x.at<float>(i, j) = static_cast<float>(p.x);
      coarse_y.at<float>(i, j) = static_cast<float>(p.y);
    }
  }
  const cv::Matx23d node_from_pixel(1.0 / kGridStep, 0, 0, 0, 1.0 / kGridStep, 0);
  const cv::Size size(crop_size_, crop_size_);
  for (auto [coarse, fine] : {std::pair{&coarse_x, &map_x_}, std::pair{&coarse_y, &map_y_}}) {
    cv::warpAffine(*coarse, *fine, node_from_pixel, size, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                   cv::BORDER_REPLICATE);
  }
}

cv::Point2d RandomWarp::Bend(double x, double y) const {
  cv::Point2d bend;
  for (const Wave &wave : waves_) {
    const double value = std::sin(wave.fx * x + wave.fy * y + wave.phase);
    bend.x += wave.ax * value;
    bend.y += wave.ay * value;
  }
  return bend;
}

cv::Mat RandomWarp::Apply(const cv::Mat &photo, int border) const {
  cv::Mat out;
  cv::remap(photo, out, map_x_, map_y_, cv::INTER_LINEAR, border);
  return out;
}

Point2 RandomWarp::Apply(const Point2 &p) const {
  const cv::Point2d straight = Project(crop_from_photo_, p.x, p.y);
  cv::Point2d q = straight;  // q + bend(q) = straight, by fixed-point iteration: the bend is flat
  for (int i = 0; i < kInverseSteps; ++i) q = straight - Bend(q.x, q.y);
  return {static_cast<float>(q.x), static_cast<float>(q.y)};
}

}  // namespace kpt::train
