// How much a confidence says: figures over points whose confidence and correctness are known. Plain C++. Called by the
// evaluation of stills and by `kpt eval`.
#pragma once

#include <vector>

namespace kpt::train {

struct ConfidenceSample {
  double confidence = 0;  ///< in [0, 1]
  bool right = false;     ///< within a tenth of the box
};

/// Area under the ROC curve: the chance that a right point is surer than a wrong one, ties half. NaN where all points
/// are right or all are wrong.
double Auroc(std::vector<ConfidenceSample> samples);

/// Expected calibration error: |mean confidence - share of right points| over equal bins of confidence, weighted by
/// their points (Guo et al. 2017). NaN without points.
double CalibrationError(const std::vector<ConfidenceSample> &samples, int bins = 15);

}  // namespace kpt::train
