#include "flow_trial.h"

#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "clip_play.h"

namespace kpt::trials {
namespace {

constexpr float kMostBackward = 1;  // pixels between a point and where flow forward and backward brings it

/// Points carried from picture to picture.
class LucasKanade {
 public:
  LucasKanade(const std::vector<Point2> &points, bool checked) : checked_(checked), lost_(points.size()) {
    for (const Point2 &p : points) points_.emplace_back(p.x, p.y);
  }

  void Follow(const cv::Mat &bgr) {
    cv::cvtColor(bgr, grey_, cv::COLOR_BGR2GRAY);
    if (!last_.empty()) Carry();
    cv::swap(grey_, last_);
  }

  Answer Points() const {
    Answer answer;
    for (const cv::Point2f &p : points_) answer.points.push_back({p.x, p.y});
    answer.given_up = lost_;
    return answer;
  }

 private:
  void Carry() {
    cv::calcOpticalFlowPyrLK(last_, grey_, points_, next_, found_, error_);
    if (checked_) cv::calcOpticalFlowPyrLK(grey_, last_, next_, back_, found_back_, error_);
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const bool returned = !checked_ || (found_back_[i] && cv::norm(back_[i] - points_[i]) <= kMostBackward);
      lost_[i] = !found_[i] || !returned;
      if (!lost_[i]) points_[i] = next_[i];
    }
  }

  bool checked_;
  std::vector<bool> lost_;
  std::vector<cv::Point2f> points_, next_, back_;
  std::vector<unsigned char> found_, found_back_;
  std::vector<float> error_;
  cv::Mat grey_, last_;
};

}  // namespace

Score FollowByLucasKanade(const LabelledClip &clip, const Trial &trial, bool checked) {
  LucasKanade flow(StartPoints(clip), checked);
  return FollowBy(clip, trial, [&](const cv::Mat &picture) {
    flow.Follow(picture);
    return flow.Points();
  });
}

}  // namespace kpt::trials
