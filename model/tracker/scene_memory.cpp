#include "scene_memory.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace kpt {
namespace {

constexpr double kMargin = 0.1;           ///< around the outline, in box sides
constexpr double kLeastReach = 2;         ///< grey pixels
constexpr double kLearnedShare = 0.3;     ///< of each frame in what is remembered
constexpr double kMostNoise = 8;          ///< grey levels: more, and the surroundings do not stay
constexpr double kLeastChange = 6;        ///< grey levels
constexpr double kChangePerNoise = 4;     ///< more than so many times the noise is a change
constexpr double kLeastKnownShare = 0.7;  ///< of what is around a place
constexpr int kFewestPixels = 100;        ///< that tell the noise

}  // namespace

void SceneMemory::Forget() {
  scene_.release();
  unchanged_.release();
  noise_ = -1;
}

void SceneMemory::MoveTo(const GreyRegion &region, cv::Size size) {
  if (scene_.empty()) {
    scene_ = cv::Mat::zeros(size, CV_8U);
    known_ = cv::Mat::zeros(size, CV_8U);
  } else if (!(region == region_)) {
    unchanged_.release();
    const cv::Matx23d to(region.scale_x / region_.scale_x, 0, (region_.rect.x - region.rect.x) * region.scale_x, 0,
                         region.scale_y / region_.scale_y, (region_.rect.y - region.rect.y) * region.scale_y);
    cv::warpAffine(scene_, moved_, to, size, cv::INTER_LINEAR);
    cv::warpAffine(known_, moved_known_, to, size, cv::INTER_NEAREST);
    std::swap(scene_, moved_);
    std::swap(known_, moved_known_);
  }
  region_ = region;
}

void SceneMemory::FindElsewhere(const std::vector<cv::Point2f> &outline, double object_side) {
  std::vector<cv::Point> corners;
  for (const cv::Point2f &p : outline) {
    const Point2 q = region_.FromFrame({p.x, p.y});
    constexpr float kFar = 1e4F;
    corners.emplace_back(cvRound(std::clamp(q.x, -kFar, kFar)), cvRound(std::clamp(q.y, -kFar, kFar)));
  }
  elsewhere_.create(scene_.size(), CV_8U);
  elsewhere_.setTo(255);
  cv::fillConvexPoly(elsewhere_, corners, 0);
  const int margin = 2 * cvRound(kMargin * object_side * region_.scale_x) + 1;  // a line reaches half of it outward
  cv::polylines(elsewhere_, corners, true, 0, margin);
}

void SceneMemory::Learn(const cv::Mat &grey, const GreyRegion &region, const std::vector<cv::Point2f> &outline,
                        double object_side) {
  MoveTo(region, grey.size());
  FindElsewhere(outline, object_side);
  cv::absdiff(grey, scene_, change_);
  cv::bitwise_and(elsewhere_, known_, update_);
  if (cv::countNonZero(update_) > kFewestPixels) noise_ = cv::mean(change_, update_)[0];
  cv::addWeighted(scene_, 1 - kLearnedShare, grey, kLearnedShare, 0, moved_);
  moved_.copyTo(scene_, update_);
  cv::bitwise_xor(elsewhere_, update_, update_);  // not known before
  grey.copyTo(scene_, update_);
  cv::bitwise_or(known_, elsewhere_, known_);
}

void SceneMemory::Compare(const cv::Mat &grey, const GreyRegion &region, double object_side) {
  unchanged_.release();
  if (scene_.empty() || !(region == region_) || noise_ < 0 || noise_ > kMostNoise) return;
  cv::blur(grey, blurred_, {3, 3});
  cv::blur(scene_, blurred_scene_, {3, 3});
  cv::absdiff(blurred_, blurred_scene_, change_);
  cv::compare(change_, std::max(kLeastChange, kChangePerNoise * noise_), unchanged_, cv::CMP_LE);
  side_ = object_side * region.scale_x;
}

float SceneMemory::Unchanged(Point2 place_in_frame, double reach) const {
  const Point2 p = region_.FromFrame(place_in_frame);
  const cv::Rect picture({0, 0}, unchanged_.size());
  if (!(p.x >= 0 && p.y >= 0 && p.x < static_cast<float>(picture.width) && p.y < static_cast<float>(picture.height)))
    return kNotKnown;
  const double radius = std::max(kLeastReach, reach * side_);
  const int whole = static_cast<int>(radius);
  const cv::Point centre(static_cast<int>(p.x), static_cast<int>(p.y));
  int all = 0, known = 0, unchanged = 0;
  for (int dy = -whole; dy <= whole; ++dy) {
    for (int dx = -whole; dx <= whole; ++dx) {
      if (dx * dx + dy * dy > radius * radius) continue;
      ++all;
      const cv::Point at(centre.x + dx, centre.y + dy);
      if (!picture.contains(at) || known_.at<unsigned char>(at) == 0) continue;
      ++known;
      unchanged += unchanged_.at<unsigned char>(at) != 0;
    }
  }
  return known < kLeastKnownShare * all ? kNotKnown : static_cast<float>(unchanged) / static_cast<float>(known);
}

}  // namespace kpt
