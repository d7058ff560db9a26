#include "key_picture.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace kpt {
namespace {

constexpr int kCorners = 60;
constexpr double kCornerQuality = 0.02;  ///< of the best corner's
constexpr double kCornerDistance = 4;    ///< grey pixels between two
constexpr double kTolerance = 0.03;      ///< of the motion's fit, in box sides
constexpr int kPatch = 15;               ///< grey pixels
constexpr double kLeastLikeness = 0.7;   ///< of what is around a mark, then and now
constexpr float kGround = 0.5F;          ///< share of it that is as ever: more, and the object is not there
constexpr int kFewest = 8;               ///< marks that agree
constexpr double kMostGrowth = 1.2;      ///< against what is expected
constexpr double kLeastExplained = 0.5;  ///< of the marks that are seen

/// Correlation of what is around two places, sub-pixel; below -1 where a picture ends.
double Likeness(const cv::Mat &a, cv::Point2f at_a, const cv::Mat &b, cv::Point2f at_b) {
  cv::Mat patch_a, patch_b, correlation;
  cv::getRectSubPix(a, {kPatch, kPatch}, at_a, patch_a);
  cv::getRectSubPix(b, {kPatch, kPatch}, at_b, patch_b);
  cv::matchTemplate(patch_a, patch_b, correlation, cv::TM_CCOEFF_NORMED);
  return correlation.at<float>(0);
}

}  // namespace

void KeyPicture::Take(const cv::Mat &grey, const GreyRegion &region, const std::vector<Point2> &points,
                      const std::vector<cv::Point2f> &outline, const Similarity &frame_from_object) {
  grey.copyTo(grey_);
  region_ = region;
  points_ = points;
  outline_ = outline;
  frame_from_object_ = frame_from_object;
  marks_.clear();
  taken_ = true;
}

void KeyPicture::ChooseMarks() {
  marks_ = points_;
  std::vector<cv::Point> polygon;
  for (const cv::Point2f &p : outline_) {
    const Point2 q = region_.FromFrame({p.x, p.y});
    polygon.emplace_back(cvRound(q.x), cvRound(q.y));
  }
  mask_.create(grey_.size(), CV_8U);
  mask_.setTo(0);
  cv::fillConvexPoly(mask_, polygon, 255);
  cv::goodFeaturesToTrack(grey_, corners_, kCorners, kCornerQuality, kCornerDistance, mask_);
  for (const cv::Point2f &p : corners_) marks_.push_back(region_.ToFrame({p.x, p.y}));
}

std::optional<Similarity> KeyPicture::Find(const Pyramid &picture, const GreyRegion &region, const Similarity &expected,
                                           const SceneMemory &scene) {
  seen_.assign(points_.size(), false);
  if (!taken_ || picture.empty()) return std::nullopt;
  if (marks_.empty()) ChooseMarks();
  LayOnto(grey_, region_, expected, region, &moved_);
  BuildPyramid(moved_, &moved_pyramid_);
  start_.clear();
  for (const Point2 &p : marks_) {
    const Point2 q = region.FromFrame(expected(p));
    start_.emplace_back(q.x, q.y);
  }
  there_ = start_;
  flow_.Track(moved_pyramid_, picture, start_, &there_, &sound_);
  found_.resize(marks_.size());
  weight_.resize(marks_.size());
  float sound = 0;
  for (std::size_t i = 0; i < marks_.size(); ++i) {
    found_[i] = region.ToFrame({there_[i].x, there_[i].y});
    const bool is_ground = scene.Unchanged(found_[i], SceneMemory::kPointReach) > kGround;
    const bool seen = sound_[i] && !is_ground && Likeness(moved_, start_[i], picture[0], there_[i]) >= kLeastLikeness;
    weight_[i] = seen ? 1.0F : 0.0F;
    sound += weight_[i];
  }
  const double side = frame_from_object_.scale();
  const RobustFit fit = FitRobustly({marks_, found_, weight_}, kTolerance * side, expected);
  const double growth = fit.transform.scale() / expected.scale();
  if (fit.explained < kLeastExplained || fit.explained * sound < kFewest) return std::nullopt;
  if (!(growth < kMostGrowth && growth > 1 / kMostGrowth)) return std::nullopt;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const Point2 there = fit.transform(points_[i]);
    seen_[i] = weight_[i] > 0 && std::hypot(there.x - found_[i].x, there.y - found_[i].y) <= kTolerance * side;
  }
  return fit.transform;
}

}  // namespace kpt
