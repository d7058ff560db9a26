#include "drift_trial.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "clip_play.h"
#include "kpt/base/error.h"
#include "kpt/data/picture.h"

namespace kpt::trials {
namespace {

std::vector<cv::Mat> GreyPictures(const LabelledClip &clip) {
  data::VideoReader video(clip.video);
  std::vector<cv::Mat> pictures;
  for (int frame = clip.labels.front().frame; frame <= clip.labels.back().frame; ++frame) {
    cv::cvtColor(video.Frame(frame), pictures.emplace_back(), cv::COLOR_BGR2GRAY);
  }
  return pictures;
}

/// One way through the clip.
class Pass {
 public:
  Pass(const LabelledClip &clip, const Trial &trial) : scorer_(clip, trial) {}

  void Add(int frame, const cv::Size &size, const FrameResult &found) {
    scorer_.Add(frame, size, AnswerOf(found));
    total_ms_ += 1e-6 * static_cast<double>(found.times.total_ns);
    ++frames_;
  }

  Score Finish() {
    Score score = scorer_.Finish();
    score.frames = frames_;
    score.total_ms = total_ms_ / std::max(1, frames_);
    return score;
  }

 private:
  Scorer scorer_;
  double total_ms_ = 0;
  int frames_ = 0;
};

}  // namespace

void FollowToAndFro(const LabelledClip &clip, const Trial &trial, std::unique_ptr<Estimator> estimator, int frames,
                    const AfterFrame &after, const std::function<void(const Score &)> &after_pass) {
  const std::vector<cv::Mat> pictures = GreyPictures(clip);
  if (pictures.size() < 2) throw Error(ErrorCode::kInput, clip.name + ": one frame is no way to go.");
  std::unique_ptr<Tracker> tracker = StartTracker(clip, trial, std::move(estimator));
  const int last = static_cast<int>(pictures.size()) - 1;
  auto pass = std::make_unique<Pass>(clip, trial);
  FrameResult result;
  int at = 0, step = 1;
  for (int shown = 1; shown <= frames; ++shown) {
    const cv::Mat &picture = pictures[static_cast<std::size_t>(at)];
    const int frame = clip.labels.front().frame + at;
    const FrameView view =
        PackedView(PixelFormat::kGray8, picture.data, picture.cols, picture.rows, static_cast<int>(picture.step));
    ThrowIfFailed(tracker->Process(view, &result));
    if (after) after({frame, view, &result, &tracker});
    pass->Add(frame, picture.size(), result);
    const bool at_the_end = step > 0 ? at == last : at == 0;
    if (at_the_end || shown == frames) {
      after_pass(pass->Finish());
      pass = std::make_unique<Pass>(clip, trial);
      step = -step;
    }
    at += step;
  }
}

}  // namespace kpt::trials
