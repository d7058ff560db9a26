#include "lucas_kanade.h"

#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include <cmath>

namespace kpt {
namespace {

constexpr int kWindow = 21;
constexpr double kForwardBackwardPixels = 1.0;
constexpr float kLargestChange = 25;  ///< mean over the window, in grey levels: more is another surface
constexpr double kTurns = 0.01;       ///< radians, or share of scale: less is no turn

const cv::TermCriteria kStop(cv::TermCriteria::COUNT | cv::TermCriteria::EPS, 20, 0.03);

}  // namespace

void BuildPyramid(const cv::Mat &grey, Pyramid *pyramid) {
  cv::buildOpticalFlowPyramid(grey, *pyramid, cv::Size(kWindow, kWindow), LucasKanade::kLevels);
}

bool Turns(const Similarity &motion) {
  return std::abs(motion.angle_rad()) > kTurns || std::abs(motion.scale() - 1) > kTurns;
}

void LayOnto(const cv::Mat &grey, const GreyRegion &from, const Similarity &motion, const GreyRegion &to,
             cv::Mat *moved) {
  const auto origin = Point2{static_cast<float>(from.rect.x), static_cast<float>(from.rect.y)};
  const Point2 corners[] = {origin, {origin.x + 100, origin.y}, {origin.x, origin.y + 100}};
  cv::Point2f source[3], target[3];
  for (int i = 0; i < 3; ++i) {
    const Point2 s = from.FromFrame(corners[i]), t = to.FromFrame(motion(corners[i]));
    source[i] = {s.x, s.y};
    target[i] = {t.x, t.y};
  }
  cv::warpAffine(grey, *moved, cv::getAffineTransform(source, target), to.size(), cv::INTER_LINEAR,
                 cv::BORDER_REPLICATE);
}

void LucasKanade::Track(const Pyramid &first, const Pyramid &second, const std::vector<cv::Point2f> &start,
                        std::vector<cv::Point2f> *there, std::vector<bool> *sound) {
  sound->assign(start.size(), false);
  if (start.empty()) return;
  back_ = start;
  for (std::size_t i = 0; i < start.size(); ++i) back_[i] -= (*there)[i];  // the way back that is expected
  const cv::Size window(kWindow, kWindow);
  constexpr int kFlags = cv::OPTFLOW_USE_INITIAL_FLOW;
  cv::calcOpticalFlowPyrLK(first, second, start, *there, found_, error_, window, levels_, kStop, kFlags);
  for (std::size_t i = 0; i < start.size(); ++i) back_[i] += (*there)[i];
  cv::calcOpticalFlowPyrLK(second, first, *there, back_, back_found_, back_error_, window, levels_, kStop, kFlags);
  const cv::Size size = second[0].size();
  for (std::size_t i = 0; i < start.size(); ++i) {
    const cv::Point2f p = (*there)[i], off = back_[i] - start[i];
    const bool inside =
        p.x >= 0 && p.y >= 0 && p.x <= static_cast<float>(size.width - 1) && p.y <= static_cast<float>(size.height - 1);
    const bool returns = std::hypot(off.x, off.y) <= kForwardBackwardPixels;  // false for NaN
    (*sound)[i] = found_[i] != 0 && back_found_[i] != 0 && inside && returns && error_[i] <= kLargestChange;
  }
}

}  // namespace kpt
