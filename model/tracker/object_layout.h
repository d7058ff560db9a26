// The object as the support shots show it: where its keypoints lie relative to each other. Object space has its origin
// at the centre of the first shot's box, the box's longer side as its unit, and is upright as that shot is. Made once
// from the support; read by crop.cpp, search.cpp and instance_track.cpp.
#pragma once

#include <vector>

#include "kpt/base/geometry.h"
#include "kpt/support.h"
#include "similarity.h"

namespace kpt {

struct ObjectLayout {
  std::vector<Point2> points;      ///< one a keypoint: the mean over the shots, each laid onto the first
  std::vector<bool> known;         ///< some shot shows it
  std::vector<Similarity> places;  ///< one a shot, picture_from_object: where a track would say that the object is
  std::vector<float> steady;       ///< 1: the shots agree on its place; towards 0: it moves about, as a paw does
  Box hull;                        ///< of the first shot's box: {-w/2, -h/2, w, h}, the longer of which is 1
  int known_count = 0;
  bool fills_picture = false;  ///< on every shot, as where a fixed rig is looked at: then the whole frame is its place
};

/// Throws Error(kSupport) where there is no shot, or no keypoint in any.
ObjectLayout LayoutOf(const SupportSet &support);

/// Places the object where an upright or turned box says it is.
Similarity FrameFromObject(const Box &box, double angle_rad);

/// Lays the object over points in the frame: a robust fit, in which a point counts by its weight. Its scale differs
/// from `previous` by at most 5 %. `previous` decides what the points leave open.
Similarity FollowObject(const ObjectLayout &layout, const std::vector<Point2> &points_in_frame,
                        const std::vector<float> &weight, const Similarity &previous);

/// How far a keypoint may lie from the layout's place and still be explained by it, in box sides.
inline constexpr double kLayoutTolerance = 0.2;

}  // namespace kpt
