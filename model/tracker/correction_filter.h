// Flow predicts, the network corrects: one Kalman filter of position a keypoint, isotropic, so that its variance is one
// number. Sound flow adds little variance a frame, so a sound point is corrected slowly (a gain of a few per cent: jitter
// and drift both go) and one that flow has lost is corrected at once. Lengths are in box sides.
// Called by instance_track.cpp.
#pragma once

#include <vector>

#include "flow.h"
#include "kpt/base/geometry.h"
#include "measurement.h"

namespace kpt {

class CorrectionFilter {
 public:
  /// Standard deviations in box sides.
  struct Noise {
    double known = 0.005;        ///< of points that the caller gave
    double found = 0.1;          ///< of points that a search found
    double sound_flow = 0.003;   ///< added by a frame of sound flow
    double lost_flow = 0.07;     ///< added by a frame without
    double network = 0.1;        ///< of the network at full confidence
  };

  /// Starts from points that are `known` or merely found.
  void Start(const std::vector<Point2> &points_in_frame, bool known);

  /// A frame passes: the points are where flow carried them.
  void Predict(const CarriedPoints &carried);

  /// The network's answer; measurements with a confidence of 0 change nothing.
  void Correct(const Measurements &measurements, double object_side);

  /// The network's answer as it is, for the comparison without flow.
  void Replace(const Measurements &measurements);

  const std::vector<Point2> &points() const { return points_; }

 private:
  Noise noise_;
  std::vector<Point2> points_;
  std::vector<double> variance_;  ///< box sides squared
};

}  // namespace kpt
