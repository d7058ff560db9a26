// What the surroundings of a followed object look like: the picture around it, learned wherever the object is not. A
// place that still looks as it did before the object came there does not show the object: something lies over it, or
// the point that is thought to be there is elsewhere. A limb that turns looks different too, but not like what was
// there before. Works where the camera rests; where the surroundings change from frame to frame it knows nothing. Knows
// grey pictures; nothing of networks. Called by instance_track.cpp, read by cover.cpp.
#pragma once

#include <opencv2/core/mat.hpp>

#include <vector>

#include "frame_pixels.h"

namespace kpt {

class SceneMemory {
 public:
  /// Learns from a frame's grey picture of `region` all that lies outside of the object. `outline`: convex, around the
  /// object, in the frame; `object_side` in pixels of the frame.
  void Learn(const cv::Mat &grey, const GreyRegion &region, const std::vector<cv::Point2f> &outline,
             double object_side);

  /// Compares a frame's picture with what is remembered.
  void Compare(const cv::Mat &grey, const GreyRegion &region, double object_side);

  /// After Compare: the share, [0, 1], of what lies within `reach` (box sides) of the place that looks as remembered;
  /// none where too little of it is known.
  float Unchanged(Point2 place_in_frame, double reach) const;
  static constexpr float kNotKnown = -1;
  static constexpr double kPointReach = 0.04;  ///< what tells of a point itself

  void Forget();

 private:
  void MoveTo(const GreyRegion &region, cv::Size size);
  void FindElsewhere(const std::vector<cv::Point2f> &outline, double object_side);

  GreyRegion region_;
  cv::Mat scene_, known_;  ///< grey; 255 where it is known
  cv::Mat elsewhere_;      ///< 255 where the object is not
  cv::Mat unchanged_;      ///< 255 where the picture is as remembered; empty where that cannot be told
  cv::Mat update_, change_, moved_, moved_known_, blurred_, blurred_scene_;
  double noise_ = -1;  ///< mean change from frame to frame where the object is not, in grey levels; negative: unknown
  double side_ = 1;    ///< of the object, in grey pixels
};

}  // namespace kpt
