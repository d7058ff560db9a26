#include "clip_play.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>

#include "kpt/data/crop.h"
#include "kpt/data/picture.h"

namespace kpt::trials {
namespace {

constexpr double kLost = 0.2;  // of the box's longer side: a point further off is lost

/// The picture's turn in a frame, as frame_from_clip.
cv::Matx23d Turn(const Trial &trial, const cv::Size &size, int frame) {
  const cv::Point2f centre(static_cast<float>(size.width) / 2, static_cast<float>(size.height) / 2);
  return cv::getRotationMatrix2D(centre, -trial.turn_deg_per_frame * frame, 1);
}

}  // namespace

void Play(const LabelledClip &clip, const Trial &trial, const std::function<void(int, const cv::Mat &)> &show) {
  data::VideoReader video(clip.video);
  const int start = clip.labels.front().frame;
  cv::Mat turned;
  for (int frame = start + (trial.start == Start::kSearch ? 1 : 0); frame <= clip.labels.back().frame; ++frame) {
    const cv::Mat picture = video.Frame(frame);
    if (trial.turn_deg_per_frame == 0) {
      show(frame, picture);
      continue;
    }
    cv::warpAffine(picture, turned, Turn(trial, picture.size(), frame - start), picture.size(), cv::INTER_LINEAR);
    show(frame, turned);
  }
}

std::vector<Point2> StartPoints(const LabelledClip &clip) {
  const SupportShot &shot = clip.support.shots[0];
  std::vector<Point2> points = shot.points;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!shot.visible[i]) points[i] = {shot.box.x + shot.box.width / 2, shot.box.y + shot.box.height / 2};
  }
  return points;
}

Score FollowBy(const LabelledClip &clip, const Trial &trial, const std::function<Answer(const cv::Mat &)> &method) {
  using Clock = std::chrono::steady_clock;
  Scorer scorer(clip, trial);
  double sum_ms = 0;
  int frames = 0;
  Play(clip, trial, [&](int frame, const cv::Mat &picture) {
    const auto begin = Clock::now();
    const Answer answer = method(picture);
    sum_ms += std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    ++frames;
    scorer.Add(frame, picture.size(), answer);
  });
  Score score = scorer.Finish();
  score.frames = frames;
  score.total_ms = sum_ms / frames;
  return score;
}

Answer AnswerOf(const FrameResult &result) {
  Answer answer;
  if (result.instances.empty()) return answer;
  const Instance &instance = result.instances[0];
  for (const TrackedPoint &p : instance.points) {
    answer.points.push_back(p.xy_in_frame);
    answer.given_up.push_back(instance.state != TrackState::kTracked || p.visibility != Visibility::kVisible);
  }
  return answer;
}

Scorer::Scorer(const LabelledClip &clip, const Trial &trial)
    : clip_(clip),
      trial_(trial),
      lasted_(clip.support.keypoint_names.size()),
      failed_(clip.support.keypoint_names.size()) {}

void Scorer::Add(int frame, const cv::Size &size, const Answer &answer) {
  const auto label = std::lower_bound(clip_.labels.begin(), clip_.labels.end(), frame,
                                      [](const Labels &labels, int wanted) { return labels.frame < wanted; });
  if (label == clip_.labels.end() || label->frame != frame || clip_.shot_frames.count(frame) > 0) return;
  const Labels &truth = *label;
  const cv::Matx23d turn = Turn(trial_, size, frame - clip_.labels.front().frame);
  const double side = std::max(truth.box.width, truth.box.height);
  ++scored_frames_;
  for (std::size_t i = 0; i < truth.points.size(); ++i) {
    const Point2 place = trial_.turn_deg_per_frame == 0 ? truth.points[i] : data::Apply(turn, truth.points[i]);
    const bool inside = place.x >= 0 && place.y >= 0 && place.x < static_cast<float>(size.width) &&
                        place.y < static_cast<float>(size.height);
    const bool counts = truth.visible[i] && clip_.support.shots[0].visible[i] && inside;
    const Point2 said = answer.points.empty() ? Point2() : answer.points[i];
    const double distance = std::hypot(said.x - place.x, said.y - place.y) / side;
    const bool wrong = answer.points.empty() || distance > kLost;
    failed_[i] = failed_[i] || (counts && wrong);
    lasted_[i] += !failed_[i];
    if (!counts) continue;
    ++score_.points;
    const bool given_up = answer.points.empty() || answer.given_up[i];
    score_.given_up += given_up;
    score_.wrong_unsaid += wrong && !given_up;
    if (answer.points.empty()) continue;
    score_.pck05 += distance <= 0.05;
    score_.pck10 += distance <= 0.1;
    score_.pck20 += distance <= 0.2;
  }
}

Score Scorer::Finish() {
  const double n = std::max(1, score_.points);
  score_.pck05 /= n, score_.pck10 /= n, score_.pck20 /= n;
  score_.given_up /= n, score_.wrong_unsaid /= n;
  const double lasted = std::accumulate(lasted_.begin(), lasted_.end(), 0.0);
  score_.survival = lasted / std::max(1.0, static_cast<double>(lasted_.size()) * scored_frames_);
  return score_;
}

}  // namespace kpt::trials
