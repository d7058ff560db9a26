// The pose of an object in one picture, and how far it is from that in another: by which shots are chosen that show
// something new. Called by shot_adoption.cpp.
#pragma once

#include <vector>

#include "kpt/base/geometry.h"

namespace kpt {

struct ObjectPose {
  std::vector<Point2> points;  ///< one a keypoint, in pixels of the picture
  std::vector<bool> visible;   ///< which of them count
  double side = 1;             ///< of the object's box, in pixels of the picture
};

/// Differences from here on are another pose.
inline constexpr double kAnotherPose = 1;

/// After `from` is laid over `to` by the points that both show: what the shape still differs by, the turn or the change
/// of size, whichever is most, each in units of what makes another pose. 0 where they have less than two points in
/// common: nothing is known then.
double Difference(const ObjectPose &from, const ObjectPose &to);

}  // namespace kpt
