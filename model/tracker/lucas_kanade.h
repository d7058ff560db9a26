// Sparse optical flow between two grey pictures, forward and backward (OpenCV's pyramidal Lucas-Kanade), and pictures
// laid onto each other before it, since it knows shifts only. Knows nothing of objects. Used by flow.cpp, from frame to
// frame, and by key_picture.cpp, over many frames.
#pragma once

#include <opencv2/core/mat.hpp>

#include <vector>

#include "frame_pixels.h"
#include "similarity.h"

namespace kpt {

using Pyramid = std::vector<cv::Mat>;

/// A picture's levels, as LucasKanade wants them.
void BuildPyramid(const cv::Mat &grey, Pyramid *pyramid);

/// Whether a motion turns or scales by more than Lucas-Kanade follows without loss.
bool Turns(const Similarity &motion);

/// The picture of one region as it looks in another when all that it shows has moved, `motion` in pixels of the frame.
void LayOnto(const cv::Mat &grey, const GreyRegion &from, const Similarity &motion, const GreyRegion &to,
             cv::Mat *moved);

class LucasKanade {
 public:
  static constexpr int kLevels = 3;  ///< that a picture is halved

  /// `levels`, up to kLevels: how far it looks. The coarser ones show more than the object, and where the surroundings
  /// go another way they lead astray.
  explicit LucasKanade(int levels = kLevels) : levels_(levels) {}

  /// From `start` in the first picture to `there` in the second, which comes in as the place that is expected. Places
  /// in pixels of the pictures. sound[i]: found, inside of the picture, the way back ends where it began, and it looks
  /// the same.
  void Track(const Pyramid &first, const Pyramid &second, const std::vector<cv::Point2f> &start,
             std::vector<cv::Point2f> *there, std::vector<bool> *sound);

 private:
  int levels_;
  std::vector<cv::Point2f> back_;
  std::vector<unsigned char> found_, back_found_;
  std::vector<float> error_, back_error_;
};

}  // namespace kpt
