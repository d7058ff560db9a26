// Asks the estimator about crops of a frame: cuts them, sends them in batches of bounded size, and brings the answers
// back into the frame. The one place that does not trust the estimator: a wrong count is an error, a value that is not
// a number is a point of which nothing is known. Called by tracker.cpp and search.cpp; keeps its buffers.
#pragma once

#include <cstdint>
#include <vector>

#include "crowd.h"
#include "frame_pixels.h"
#include "kpt/estimator.h"
#include "kpt/tracker.h"
#include "measurement.h"
#include "similarity.h"

namespace kpt {

struct CropQuestion {
  Similarity frame_from_object;                            ///< where the object is thought to be
  const std::vector<Point2> *seeds_in_frame = nullptr;     ///< one a keypoint; null: no idea
  bool layout_expected = true;                             ///< as for CropQuery
  const std::vector<CrowdMember> *painted_over = nullptr;  ///< instances that the estimator shall not see; null: none
};

class CropBatch {
 public:
  static constexpr std::size_t kLargestBatch = 8;

  /// Borrows the estimator, whose support is set.
  CropBatch(Estimator *estimator, std::size_t keypoints);

  /// One answer a question, in their order. Adds the time spent to `times`. Throws what the estimator throws, and
  /// Error(kInternal) where it answers another number of crops or points than asked.
  void Ask(FramePixels &frame, const std::vector<CropQuestion> &questions, FrameResult::StageTimes *times,
           std::vector<Measurements> *answers);

 private:
  bool LeftToEstimator(const FramePixels &frame, const CropQuestion *questions, std::size_t count) const;
  void Cut(FramePixels &frame, const CropQuestion *questions, std::size_t count);
  void Read(const CropEstimate &estimate, const CropQuestion &question, Measurements *answer) const;

  Estimator *estimator_;
  std::size_t keypoints_;
  int crop_size_;
  std::vector<std::uint8_t> pixels_;  ///< kLargestBatch crops
  std::vector<Point2> seeds_;         ///< kLargestBatch times keypoints
  std::vector<CropQuery> queries_;
};

}  // namespace kpt
