// How the points of `kpt eval` are counted: shares of points near the truth. Called by its two measures that are not
// the trainer's own.
#pragma once

#include <vector>

#include "kpt/base/geometry.h"
#include "kpt/data/coco.h"
#include "kpt/train/stills_evaluation.h"

namespace kpt::tools {

/// Shares over all points that were added.
class PointShares {
 public:
  /// `relative_error`: distance from the truth over the longer side of the object's box; infinite for a point that is
  /// not given.
  void Add(double relative_error);
  bool empty() const { return count_ == 0; }
  train::Pck pck() const;

 private:
  train::Pck sum_;
  long long count_ = 0;
};

/// Which points are in both.
std::vector<bool> Both(std::vector<bool> a, const std::vector<bool> &b);

/// Errors of the points with `counts`, in the truth's order; a point that `predicted` lacks counts as infinitely far.
std::vector<double> RelativeErrors(const data::CocoAnnotation &truth, const std::vector<bool> &counts,
                                   const std::vector<train::PredictedPoint> &predicted);

/// Confidence and correctness of the points with `counts` that `predicted` has.
std::vector<train::ConfidenceSample> ConfidenceSamples(const data::CocoAnnotation &truth,
                                                       const std::vector<bool> &counts,
                                                       const std::vector<train::PredictedPoint> &predicted);

}  // namespace kpt::tools
