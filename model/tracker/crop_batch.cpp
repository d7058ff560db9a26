#include "crop_batch.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>

#include "crop.h"
#include "kpt/base/error.h"
#include "stopwatch.h"

namespace kpt {
namespace {

constexpr int kSmallestCrop = 8;
constexpr int kLargestCrop = 4096;

[[noreturn]] void WrongCount(const char *what, std::size_t got, std::size_t asked) {
  throw Error(ErrorCode::kInternal, "The estimator answered " + std::to_string(got) + " " + what + ", " +
                                        std::to_string(asked) + " were asked for.");
}

/// Fills the hull of each instance's points with the crop's mean colour.
void PaintOver(const std::vector<CrowdMember> &instances, const Similarity &crop_from_frame, int crop_size,
               std::uint8_t *rgb) {
  cv::Mat crop(crop_size, crop_size, CV_8UC3, rgb);
  const cv::Scalar mean = cv::mean(crop);
  for (const CrowdMember &instance : instances) {
    std::vector<cv::Point2f> points;
    for (const Point2 &p : *instance.points) {
      const Point2 q = crop_from_frame(p);
      constexpr float kFar = 1e5F;
      points.emplace_back(std::clamp(q.x, -kFar, kFar), std::clamp(q.y, -kFar, kFar));
    }
    std::vector<cv::Point2f> hull;
    cv::convexHull(points, hull);
    const std::vector<cv::Point> corners(hull.begin(), hull.end());
    cv::fillConvexPoly(crop, corners, mean);
  }
}

}  // namespace

CropBatch::CropBatch(Estimator *estimator, std::size_t keypoints)
    : estimator_(estimator), keypoints_(keypoints), crop_size_(estimator->crop_size()) {
  if (crop_size_ < kSmallestCrop || crop_size_ > kLargestCrop) {
    throw Error(ErrorCode::kModel, "The estimator's crop size is " + std::to_string(crop_size_) + " pixels.");
  }
  pixels_.resize(kLargestBatch * static_cast<std::size_t>(crop_size_) * crop_size_ * 3);
  seeds_.resize(kLargestBatch * keypoints_);
  queries_.reserve(kLargestBatch);
}

void CropBatch::Ask(FramePixels &frame, const std::vector<CropQuestion> &questions, FrameResult::StageTimes *times,
                    std::vector<Measurements> *answers) {
  answers->resize(questions.size());
  for (std::size_t begin = 0; begin < questions.size(); begin += kLargestBatch) {
    const std::size_t count = std::min(kLargestBatch, questions.size() - begin);
    {
      const Stopwatch watch(&times->crop_ns);
      Cut(frame, &questions[begin], count);
    }
    const Stopwatch watch(&times->network_ns);
    const std::vector<CropEstimate> estimates = estimator_->Estimate(queries_);
    if (estimates.size() != count) WrongCount("crops", estimates.size(), count);
    for (std::size_t i = 0; i < count; ++i) Read(estimates[i], questions[begin + i], &(*answers)[begin + i]);
  }
}

/// Crops of a frame on the GPU stay there, but for those that are painted over first.
bool CropBatch::LeftToEstimator(const FramePixels &frame, const CropQuestion *questions, std::size_t count) const {
  const auto painted = [](const CropQuestion &question) { return question.painted_over != nullptr; };
  return frame.on_device() && estimator_->CutsCropsOf(frame.view().memory) &&
         std::none_of(questions, questions + count, painted);
}

void CropBatch::Cut(FramePixels &frame, const CropQuestion *questions, std::size_t count) {
  const std::size_t crop_bytes = static_cast<std::size_t>(crop_size_) * crop_size_ * 3;
  const bool left_to_estimator = LeftToEstimator(frame, questions, count);
  queries_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Similarity crop_from_frame = CropFromFrame(questions[i].frame_from_object, crop_size_);
    queries_[i] = {nullptr, nullptr, questions[i].layout_expected, {}};
    if (left_to_estimator) {
      const Similarity &s = crop_from_frame;
      queries_[i].in_frame = {&frame.view(), s.a, s.b, s.dx, s.dy};
    } else {
      std::uint8_t *rgb = &pixels_[i * crop_bytes];
      frame.Crop(crop_from_frame, crop_size_, rgb);
      if (questions[i].painted_over != nullptr) PaintOver(*questions[i].painted_over, crop_from_frame, crop_size_, rgb);
      queries_[i].rgb = rgb;
    }
    if (questions[i].seeds_in_frame == nullptr) continue;
    Point2 *seeds = &seeds_[i * keypoints_];
    std::transform(questions[i].seeds_in_frame->begin(), questions[i].seeds_in_frame->end(), seeds, crop_from_frame);
    queries_[i].seed_in_crop = seeds;
  }
}

void CropBatch::Read(const CropEstimate &estimate, const CropQuestion &question, Measurements *answer) const {
  if (estimate.size() != keypoints_) WrongCount("keypoints", estimate.size(), keypoints_);
  const Similarity frame_from_crop = CropFromFrame(question.frame_from_object, crop_size_).Inverse();
  const auto size = static_cast<float>(crop_size_);
  answer->resize(keypoints_);
  for (std::size_t i = 0; i < keypoints_; ++i) {
    const PointEstimate &point = estimate[i];
    const bool known =
        std::isfinite(point.xy_in_crop.x) && std::isfinite(point.xy_in_crop.y) && std::isfinite(point.confidence);
    Measurement &m = (*answer)[i];
    m = {};
    if (!known) {
      m.xy_in_frame = question.frame_from_object.shift();
      continue;
    }
    // A crop's width beyond its edge is further than anything real.
    m.xy_in_frame = frame_from_crop(
        {std::clamp(point.xy_in_crop.x, -size, 2 * size), std::clamp(point.xy_in_crop.y, -size, 2 * size)});
    m.confidence = std::clamp(point.confidence, 0.0F, 1.0F);
    const float spread = std::isfinite(point.spread) ? std::clamp(point.spread, 0.0F, size) : size;
    m.spread = spread * static_cast<float>(frame_from_crop.scale());
  }
}

}  // namespace kpt
