#include "changes.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace kpt {
namespace {

constexpr double kSide = 192;          ///< of the small copy, the longer one
constexpr double kNewest = 0.1;        ///< of each frame in the mean
constexpr double kLeastChange = 10;    ///< grey levels
constexpr double kMostChanged = 0.3;   ///< share of the frame; more is the camera's motion, or another scene
constexpr int kFewestPixels = 16;      ///< of the small copy, dilated: four that touch
constexpr double kOthersReach = 0.75;  ///< from a known object's centre, in box sides

}  // namespace

std::optional<Box> Changes::Largest(FramePixels &frame, const std::vector<CrowdMember> &known) {
  const double scale = std::min(1.0, kSide / std::max(frame.width(), frame.height()));
  const GreyRegion whole = GreyRegion::Scaled({0, 0, frame.width(), frame.height()}, scale);
  const cv::Size size = whole.size();
  frame.Grey(whole, size, &grey_);
  grey_.convertTo(now_, CV_32F);
  cv::GaussianBlur(now_, now_, cv::Size(3, 3), 0);  // small frames are as noisy as their sensor
  if (mean_.size() != size) now_.copyTo(mean_);
  cv::absdiff(now_, mean_, difference_);
  cv::compare(difference_, kLeastChange, changed_, cv::CMP_GE);
  if (cv::countNonZero(changed_) > kMostChanged * static_cast<double>(changed_.total())) {
    now_.copyTo(mean_);
    return std::nullopt;
  }
  cv::accumulateWeighted(now_, mean_, kNewest);
  for (const CrowdMember &member : known) {
    const Point2 centre = whole.FromFrame(member.place.shift());
    const int reach = static_cast<int>(std::ceil(kOthersReach * member.place.scale() * scale));
    cv::circle(changed_, cv::Point(cv::Point2f(centre.x, centre.y)), reach, cv::Scalar(0), cv::FILLED);
  }
  const std::optional<cv::Rect> blob = LargestBlob();
  if (!blob) return std::nullopt;
  const Point2 corner = whole.ToFrame({static_cast<float>(blob->x) - 0.5F, static_cast<float>(blob->y) - 0.5F});
  return Box{corner.x, corner.y, static_cast<float>(blob->width / whole.scale_x),
             static_cast<float>(blob->height / whole.scale_y)};
}

std::optional<cv::Rect> Changes::LargestBlob() {
  cv::dilate(changed_, changed_, cv::Mat());  // the front and the back of what moves are one
  const int blobs = cv::connectedComponentsWithStats(changed_, labels_, statistics_, centres_);
  int largest = 0;
  for (int blob = 1; blob < blobs; ++blob) {  // 0 is what did not change
    const int pixels = statistics_.at<int>(blob, cv::CC_STAT_AREA);
    if (pixels >= kFewestPixels && (largest == 0 || pixels > statistics_.at<int>(largest, cv::CC_STAT_AREA))) {
      largest = blob;
    }
  }
  if (largest == 0) return std::nullopt;
  const int *found = statistics_.ptr<int>(largest);
  return cv::Rect(found[cv::CC_STAT_LEFT], found[cv::CC_STAT_TOP], found[cv::CC_STAT_WIDTH], found[cv::CC_STAT_HEIGHT]);
}

}  // namespace kpt
