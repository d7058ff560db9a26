// Where the picture changes: an object that comes into view changes it, and a search looks there first. Compares a
// small grey copy of each frame with a slow mean of those before, so that what has just come is seen for a while after
// it has stopped. Of no use to a camera that moves, where everything changes; then it says nothing. Called by
// search.cpp.
#pragma once

#include <opencv2/core/mat.hpp>

#include <optional>
#include <vector>

#include "crowd.h"
#include "frame_pixels.h"
#include "kpt/base/geometry.h"

namespace kpt {

class Changes {
 public:
  /// The box around the largest change of this frame against those before, in pixels of the frame; none where nothing
  /// changed, or nearly everything. What changes at the places of `known` objects does not count.
  std::optional<Box> Largest(FramePixels &frame, const std::vector<CrowdMember> &known);

 private:
  std::optional<cv::Rect> LargestBlob();  ///< of `changed_`, in pixels of the small copy

  cv::Mat grey_, now_, mean_, difference_, changed_, labels_, statistics_, centres_;
};

}  // namespace kpt
