// Carries points from the last frame to this one by optical flow: pyramidal Lucas-Kanade forward and backward, and
// where the two disagree the motion of the sound points nearby. Lucas-Kanade knows shifts only, and on a picture that
// turns it slips off points at the end of something, a nose or a paw, a little in every frame and always the same way;
// so the last picture is first laid onto this one by the motion of all points. Keeps a grey picture of the object's
// surroundings, no larger than the flow needs. Knows nothing of networks. Called by instance_track.cpp.
#pragma once

#include <opencv2/core/mat.hpp>

#include <optional>
#include <vector>

#include "lucas_kanade.h"

namespace kpt {

struct CarriedPoints {
  std::vector<Point2> points;  ///< in the frame
  std::vector<bool> sound;     ///< forward and backward flow agree
  int sound_count = 0;
  std::vector<bool> covered{};  ///< went with those nearby, as something lies over the point
};

class Flow {
 public:
  /// Announces the pictures of a frame that Carry and Remember will want, where the object is expected there.
  void Announce(FramePixels &frame, const Similarity &frame_from_object);

  /// Keeps this frame's picture around the object for the next Carry.
  void Remember(FramePixels &frame, const Similarity &frame_from_object);

  /// Moves `points` of the remembered frame to `frame`. `weight` says how much each counts for the common motion.
  /// Without a picture to compare they stay where they are, unsound.
  void Carry(FramePixels &frame, const std::vector<Point2> &points, const std::vector<float> &weight,
             CarriedPoints *carried);

  /// After Carry: points that are covered go with those nearby that are free (cover.h). One at an occluder's edge does
  /// so too where it lags behind them: flow has taken hold of the edge.
  void CarryCovered(const std::vector<Point2> &points, const std::vector<float> &covered,
                    const std::vector<float> &at_edge, CarriedPoints *carried);

  /// The grey picture of the frame that was carried into or remembered last, and the part of the frame that it shows.
  const cv::Mat &picture() const { return grey_; }
  const GreyRegion &region() const { return region_; }
  /// After Carry: the picture's levels; empty before the first.
  const Pyramid &pyramid() const { return current_; }

  /// The motion that most points shared in the last Carry; none where too few were sound.
  const Similarity &common_motion() const { return motion_; }

  /// There is no last frame.
  void Forget();

 private:
  void Track(const std::vector<Point2> &points, const Similarity &motion, CarriedPoints *carried);
  const Pyramid &PreviousMovedBy(const Similarity &motion);
  Similarity CommonMotion(const std::vector<Point2> &points, const std::vector<float> &weight,
                          const CarriedPoints &carried);
  void DropOutliers(const std::vector<Point2> &points, CarriedPoints *carried);
  void MoveWithNeighbours(const std::vector<Point2> &points, CarriedPoints *carried);
  Point2 WithNeighbours(std::size_t point, const std::vector<Point2> &points, const CarriedPoints &carried);
  bool Lags(Point2 from, Point2 by_flow, Point2 with_neighbours) const;

  bool IsAsLargeAs(const FramePixels &frame) const;
  bool Serves(const GreyRegion &region, const FramePixels &frame, const Similarity &frame_from_object) const;

  bool remembered_ = false;
  bool current_ready_ = false;  ///< `current_` shows the frame of the last Carry
  int frame_width_ = 0;
  int frame_height_ = 0;
  double object_side_ = 1;  ///< in pixels of the frame
  GreyRegion region_;
  std::optional<GreyRegion> next_region_;  ///< announced, for when `region_` does not serve any longer
  cv::Mat grey_;
  LucasKanade lucas_kanade_;
  Pyramid previous_, current_;  ///< over `region_`
  cv::Mat moved_;
  Pyramid previous_moved_;
  Similarity motion_;  ///< of all points, from the last frame but one to the last
  std::vector<cv::Point2f> start_, forward_;
  std::vector<float> weight_;
  std::vector<float> free_;  ///< of each point, as a neighbour
  std::vector<Point2> with_neighbours_;
};

}  // namespace kpt
