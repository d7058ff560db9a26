#include "csrt_trial.h"

#include <algorithm>
#include <opencv2/tracking.hpp>
#include <opencv2/tracking/tracking_legacy.hpp>

#include "clip_play.h"

namespace kpt::trials {
namespace {

constexpr double kLeastWindow = 12;  // pixels; a smaller square shows nothing

/// One point's CSRT. The older of OpenCV's two interfaces to it keeps fractions of a pixel.
class CsrtPoint {
 public:
  CsrtPoint(Point2 at, double side, const cv::Mat &picture) : box_(at.x - side / 2, at.y - side / 2, side, side) {
    tracker_->init(picture, box_);
  }

  void Follow(const cv::Mat &picture) { lost_ = !tracker_->update(picture, box_); }
  bool lost() const { return lost_; }
  Point2 point() const {
    return {static_cast<float>(box_.x + box_.width / 2), static_cast<float>(box_.y + box_.height / 2)};
  }

 private:
  cv::Ptr<cv::legacy::TrackerCSRT> tracker_ = cv::legacy::TrackerCSRT::create();
  cv::Rect2d box_;
  bool lost_ = false;
};

}  // namespace

Score FollowByCsrt(const LabelledClip &clip, const Trial &trial, double window) {
  const SupportShot &shot = clip.support.shots[0];
  const double side = std::max(window * std::max(shot.box.width, shot.box.height), kLeastWindow);
  std::vector<CsrtPoint> trackers;
  return FollowBy(clip, trial, [&](const cv::Mat &picture) {
    const bool first = trackers.empty();
    if (first) {
      for (const Point2 &p : StartPoints(clip)) trackers.emplace_back(p, side, picture);
    }
    Answer answer;
    for (CsrtPoint &tracker : trackers) {
      if (!first) tracker.Follow(picture);
      answer.points.push_back(tracker.point());
      answer.given_up.push_back(tracker.lost());
    }
    return answer;
  });
}

}  // namespace kpt::trials
