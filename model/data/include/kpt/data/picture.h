// Still pictures and frames of videos as OpenCV images. Called by the support loader, training and evaluation.
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>

namespace kpt::data {

/// 8-bit BGR. Throws Error: kNotFound, or kInput for a file that is no picture or absurdly large, naming it.
cv::Mat ReadPicture(const std::string &path);

/// 8-bit BGRA where the file has an alpha channel, else as ReadPicture.
cv::Mat ReadPictureWithAlpha(const std::string &path);

/// Whether a name ends like a video's (.mp4, .avi, .mov, .mkv, .webm ...).
bool IsVideoName(const std::string &name);

/// Frames of one video, in any order. A frame number always means the n-th decoded frame: going back seeks only where
/// time stamps prove which frame that gives, and else starts again from the beginning.
class VideoReader {
 public:
  /// Throws Error: kNotFound, or kInput for a file that is no video.
  explicit VideoReader(const std::string &path);
  ~VideoReader();

  /// Frame `index` from 0, 8-bit BGR. Throws Error(kInput) naming file and frame where the video is shorter.
  cv::Mat Frame(int index);

  /// Goes towards frame `index`, by `most` frames at most, so that the caller can do something else meanwhile. True
  /// where Frame(index) has nothing left to skip, or the video ends before it.
  bool Approach(int index, int most);

  /// The frame that comes without skipping or going back.
  int NextFrame() const;

  double fps() const;

  /// The number of frames, once the end was met; -1 before.
  int KnownFrames() const;

  /// What the file says of itself; the true number may be smaller.
  int EstimatedFrames() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A still picture, or frame `frame_index` where the name is a video's.
cv::Mat ReadPictureOrFrame(const std::string &path, int frame_index);

}  // namespace kpt::data
