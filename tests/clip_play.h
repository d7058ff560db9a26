// Plays a labelled clip frame by frame and scores what something that follows its points says of them. Runs no
// tracker; used by clip_trial.cpp, drift_trial.cpp, flow_trial.cpp and csrt_trial.cpp, so that all are shown and scored
// alike.
#pragma once

#include <functional>
#include <opencv2/core.hpp>
#include <vector>

#include "clip_trial.h"

namespace kpt::trials {

/// Shows BGR pictures, turned as the trial wants, from the first shot's frame to the last labelled one. A trial that
/// starts without a place begins one frame later, so that the shot itself is not among them.
void Play(const LabelledClip &clip, const Trial &trial, const std::function<void(int, const cv::Mat &)> &show);

/// What a method says of the points in one frame.
struct Answer {
  std::vector<Point2> points;  ///< empty: it says nothing of any
  std::vector<bool> given_up;  ///< one a point: it says itself that it lost this one
};

/// What a tracker says of its first instance.
Answer AnswerOf(const FrameResult &result);

/// Where a method begins: the first shot's points; those that it does not show, which are not scored, in its box's
/// middle.
std::vector<Point2> StartPoints(const LabelledClip &clip);

/// Shows the clip to a method that follows the first shot's points, asks it for them after each picture, scores them
/// and takes the time.
Score FollowBy(const LabelledClip &clip, const Trial &trial, const std::function<Answer(const cv::Mat &)> &method);

/// Counts the points of the frames that have labels, of the points that the first shot shows; the shots' frames are not
/// counted.
class Scorer {
 public:
  Scorer(const LabelledClip &clip, const Trial &trial);

  /// Frames may come in any order; survival counts in that order.
  void Add(int frame, const cv::Size &size, const Answer &answer);

  Score Finish();

 private:
  const LabelledClip &clip_;
  const Trial &trial_;
  int scored_frames_ = 0;
  std::vector<int> lasted_;   ///< scored frames of each point until it was wrong for the first time
  std::vector<bool> failed_;  ///< it was
  Score score_;
};

}  // namespace kpt::trials
