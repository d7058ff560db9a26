#include "composed/composer.h"

#include <opencv2/imgproc.hpp>

namespace kpt::composed {
namespace {

constexpr int kNoiseShifts = 64;  ///< places of the frame in the noise, along each axis

/// Smooth coloured noise, coarse and fine.
cv::Mat Texture(const cv::Size &size, cv::RNG *random) {
  cv::Mat sum(size, CV_32FC3, cv::Scalar::all(random->uniform(90.0, 170.0))), texture;
  for (const double grain : {2.0, 8.0, 32.0}) {
    cv::Mat layer(size, CV_32FC3);
    random->fill(layer, cv::RNG::NORMAL, 0, 40 * grain);
    cv::GaussianBlur(layer, layer, {0, 0}, grain);
    sum += layer;
  }
  sum.convertTo(texture, CV_8U);
  return texture;
}

cv::Matx23d FrameFromCutOut(const CutOut &object, const Placement &placement) {
  cv::Matx23d t = cv::getRotationMatrix2D(object.centre, -placement.angle_deg, placement.scale);
  t(0, 2) += placement.centre.x - object.centre.x;
  t(1, 2) += placement.centre.y - object.centre.y;
  return t;
}

}  // namespace

Composer::Composer(const CutOut &object, const cv::Size &size, std::uint32_t seed)
    : object_(object), random_(seed), background_(Texture(size, &random_)), cover_(Texture(size, &random_)) {}

const cv::Mat &Composer::Draw(const Frame &frame) {
  background_.copyTo(frame_);
  if (frame.object) LayObject(*frame.object);
  if (frame.occluder) {
    const cv::Rect inside = *frame.occluder & cv::Rect({0, 0}, frame_.size());
    cover_(inside).copyTo(frame_(inside));
  }
  if (frame.blur > 0) cv::GaussianBlur(frame_, frame_, {0, 0}, frame.blur);
  if (frame.noise > 0) AddNoise(frame.noise);
  return frame_;
}

void Composer::LayObject(const Placement &placement) {
  cv::Matx23d t = FrameFromCutOut(object_, placement);
  const auto w = static_cast<float>(object_.bgr.cols), h = static_cast<float>(object_.bgr.rows);
  std::vector<cv::Point2f> corners = {{0, 0}, {w, 0}, {w, h}, {0, h}};
  cv::transform(corners, corners, t);
  const cv::Rect covered = cv::boundingRect(corners) & cv::Rect({0, 0}, frame_.size());
  if (covered.empty()) return;
  t(0, 2) -= covered.x;
  t(1, 2) -= covered.y;
  cv::Mat bgr, alpha, under;
  cv::warpAffine(object_.bgr, bgr, t, covered.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  cv::warpAffine(object_.alpha, alpha, t, covered.size(), cv::INTER_LINEAR);
  frame_(covered).convertTo(under, CV_32F);
  under += alpha.mul(bgr - under);
  under.convertTo(frame_(covered), CV_8U);
}

void Composer::AddNoise(double sigma) {
  if (sigma != sigma_of_noise_) {
    noise_.create(frame_.rows + kNoiseShifts, frame_.cols + kNoiseShifts, CV_16SC3);
    random_.fill(noise_, cv::RNG::NORMAL, 0, sigma);
    sigma_of_noise_ = sigma;
  }
  const cv::Point shift(random_.uniform(0, kNoiseShifts), random_.uniform(0, kNoiseShifts));
  cv::add(frame_, noise_(cv::Rect(shift, frame_.size())), frame_, cv::noArray(), CV_8U);
}

std::vector<cv::Point2f> Composer::Truth(const Placement &placement) const {
  std::vector<cv::Point2f> truth;
  cv::transform(object_.points, truth, FrameFromCutOut(object_, placement));
  return truth;
}

}  // namespace kpt::composed
