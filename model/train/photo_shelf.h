// Photographs as their files' bytes: small in memory, decoded when drawn. Private to the episode sources, which take
// objects and backgrounds from it.
#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "episode_common.h"

namespace kpt::train {

class PhotoShelf {
 public:
  /// Reads every .jpg, .jpeg and .png of the folders. Names unreadable ones in the log and skips them; throws Error for
  /// a missing folder, fewer than four photographs, or where more than the share is broken.
  PhotoShelf(const std::vector<std::string> &folders, double max_broken_share);

  /// A random photograph, 8-bit BGR.
  cv::Mat Draw(Random &random) const;

  /// A random part of a random photograph, scaled to crop_size x crop_size.
  cv::Mat Backdrop(int crop_size, Random &random) const;

 private:
  std::vector<std::vector<std::uint8_t>> files_;
};

}  // namespace kpt::train
