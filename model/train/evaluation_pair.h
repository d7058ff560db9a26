// One pair of an evaluation: cuts support and query, asks the network, and counts the points that are near. Private to
// the two measures on stills, stills_evaluation.cpp and mp100_evaluation.cpp.
#pragma once

#include "kpt/data/recent.h"
#include "kpt/train/stills_evaluation.h"

namespace kpt::train {

/// An annotated object, and the box that it is cut out and measured by.
struct EvaluationObject {
  const data::CocoAnnotation *annotation = nullptr;
  Box box;
};

/// Cuts objects out of their pictures. Keeps the last crops, not the pictures: those of a large data set do not fit
/// into memory.
class CropCutter {
 public:
  /// `file` must outlive the cutter.
  CropCutter(const data::CocoFile &file, int crop_size);

  /// Throws Error for a picture that cannot be found or read.
  EvaluationCrop Cut(const EvaluationObject &object);
  int crop_size() const { return crop_size_; }

 private:
  EvaluationCrop Make(const EvaluationObject &object) const;

  const data::CocoFile &file_;
  int crop_size_;
  data::Recent<const data::CocoAnnotation *, EvaluationCrop> crops_;
};

struct PairResult {
  bool counts = false;  ///< whether any point is visible in the query and in all shots
  Pck pck;              ///< shares of these points; 0 where there is none
  StillsPrediction prediction;
  std::vector<ConfidenceSample> confidences;  ///< of these points
};

/// `pair`: the shots, then the query.
PairResult MeasurePair(const std::vector<EvaluationObject> &pair, const std::vector<Link> &skeleton, CropCutter &cutter,
                       const StillsPredictor &predict);

void AddTo(Pck *sum, const Pck &one, double weight);

}  // namespace kpt::train
