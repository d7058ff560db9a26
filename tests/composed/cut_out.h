// Objects cut out of labelled pictures with a soft edge, for composed clips. Called by composer.cpp's users.
#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "kpt/support.h"

namespace kpt::composed {

/// An object without its surroundings.
struct CutOut {
  SupportSet support;  ///< the one shot it was cut from, surroundings and all
  cv::Mat bgr, alpha;  ///< 32-bit floats of three channels, of the same size
  cv::Point2f centre;  ///< of the object's box, in pixels of the cut-out
  std::vector<cv::Point2f> points;
  double width = 0, height = 0;  ///< of the box
  double side = 0;               ///< the box's longer
};

/// The first `count` usable objects, spread evenly over a folder with COCO keypoints. Of a clip, which has to have a
/// resting ground darker than the objects: objects that lie apart, without the ground. Of stills: objects along the
/// outline of their points, with a rim of what is around them. All points of each are marked. Throws kpt::Error where
/// there are fewer.
std::vector<CutOut> CutOutsOf(const std::string &folder, int count);

}  // namespace kpt::composed
