// What the estimator says of one keypoint, brought from the crop into the frame. Between crop_batch.h, which makes it,
// and the filter, the track and the search, which use it.
#pragma once

#include <vector>

#include "kpt/base/geometry.h"

namespace kpt {

struct Measurement {
  Point2 xy_in_frame;
  float confidence = 0;  ///< [0, 1]; 0: nothing is known
  float spread = 0;      ///< pixels of the frame: how far the estimator disagrees with itself
};

using Measurements = std::vector<Measurement>;  ///< one a keypoint

}  // namespace kpt
