// Flow predicts, the network corrects: one small Kalman filter a keypoint. Its state is the point's place and the
// network's lasting error there: on an object that it was not trained on, the network errs by much the same from frame
// to frame, and a filter that took its answers for independent would follow it into that error. Flow drifts little by
// little, or fails at once; the network's lasting error comes and goes slowly. Each explains what the other cannot:
// while flow is sound the network corrects slowly, and a point that flow has lost is set to the network's answer less
// the error that it was seen to make. x and y share one covariance. Lengths are in box sides; the lasting error is held
// in object space, so that it turns with the object. Called by instance_track.cpp.
#pragma once

#include <vector>

#include "flow.h"
#include "kpt/base/geometry.h"
#include "measurement.h"
#include "object_layout.h"
#include "similarity.h"

namespace kpt {

class CorrectionFilter {
 public:
  /// Standard deviations in box sides.
  struct Noise {
    double known = 0.005;         ///< of points that the caller gave
    double found = 0.5;           ///< of points that a search found
    double sound_flow = 0.001;    ///< added by a frame of sound flow
    double flow_slip = 0.1;       ///< and by its motion, as a share of it
    double lost_flow = 0.07;      ///< added by a frame without
    double covered = 0.02;        ///< of which the reason is that something lies over the point
    double network = 0.04;        ///< the network's error that is new in each frame, at full confidence
    double lasting = 0.05;        ///< its error that lasts,
    double lasts_frames = 500;    ///< which is forgotten in this time
    double lasts_motion = 1;      ///< or this way, in box sides
    double largest_surprise = 2;  ///< standard deviations; more, from an answer of at least the confidence `sure`, and
    double sure = 0.5;            ///< flow is taken to be lost
    double far_off = 0.5;         ///< of an answer: share of its distance from where the layout has the point
  };

  /// The noise of a network whose typical error on the object is this, in box sides.
  static Noise NoiseFor(double typical_error);

  CorrectionFilter() = default;
  explicit CorrectionFilter(const Noise &noise) : noise_(noise) {}

  /// Starts from points that are `known` or merely found.
  void Start(const std::vector<Point2> &points_in_frame, bool known);

  /// Goes on from the points of another, and as sure of them. What it knows of its network's lasting error on other
  /// shots is not taken over.
  void Continue(const CorrectionFilter &before);

  /// A frame passes: the points are where flow carried them. `object_side` in pixels.
  void Predict(const CarriedPoints &carried, double object_side);

  /// The network's answer about an object that lies like this; the layout's points are about where they should be, the
  /// steady ones more than the others. Measurements with a confidence of 0 change nothing.
  void Correct(const Measurements &measurements, const Similarity &frame_from_object, const ObjectLayout &layout);

  /// The network's answer as it is, for the comparison without flow.
  void Replace(const Measurements &measurements);

  const std::vector<Point2> &points() const { return points_; }

 private:
  /// What is known of one keypoint besides its place.
  struct Belief {
    double variance = 0;          ///< of the place
    double lasting_variance = 0;  ///< of the lasting error
    double covariance = 0;
    double lasting_x = 0, lasting_y = 0;  ///< the lasting error, in object space
  };

  Noise noise_;
  std::vector<Point2> points_;  ///< in the frame
  std::vector<Belief> beliefs_;
};

}  // namespace kpt
