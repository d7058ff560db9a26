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

/// Frames of one video, in any order; going forward is fast, going back starts again from the beginning, so that a
/// frame number always means the n-th decoded frame.
class VideoReader {
 public:
  /// Throws Error: kNotFound, or kInput for a file that is no video.
  explicit VideoReader(const std::string &path);
  ~VideoReader();

  /// Frame `index` from 0, 8-bit BGR. Throws Error(kInput) naming file and frame where the video is shorter.
  cv::Mat Frame(int index);

  double fps() const;

  /// What the file says of itself; the true number may be smaller.
  int EstimatedFrames() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A still picture, or frame `frame_index` where the name is a video's.
cv::Mat ReadPictureOrFrame(const std::string &path, int frame_index);

}  // namespace kpt::data
