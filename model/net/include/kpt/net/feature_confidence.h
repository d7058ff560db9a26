// How sure points are, without anything that was trained for it: what was marked against what was found, in raw
// features, by a fixed formula. All that networks without a confidence branch have, as the paper's; half of what others
// say. Measured: docs/tracking.md. Includes Torch. Called by the tracker's network estimator.
#pragma once

#include <torch/types.h>

#include <vector>

#include "kpt/net/predictor.h"

namespace kpt::net {

class FeatureConfidence {
 public:
  /// Keeps what depends on the shots alone. `support` has batch 1; the slots after the first `keypoints` are padding.
  FeatureConfidence(const SupportContext &support, std::int64_t keypoints);

  /// The chance of points [B, K, 2] to lie within a tenth of the box: [B, K]; 0 in padded slots.
  torch::Tensor Of(const FeatureMaps &query, const torch::Tensor &points) const;

  /// What the formula weighs, [B, keypoints, 4]: how far the found place stands out from the query's others in its
  /// likeness to the marked one; where in the shots its features are found again, root of the distance; root of the
  /// distance to the fitted layout; and the likeness of all points together. Likenesses are scaled so that a random
  /// place of the shots has 0 and the marked one 1.
  torch::Tensor Evidence(const FeatureMaps &query, const torch::Tensor &points) const;

 private:
  /// Mean distance over the shots, from the marked place to the one that is most alike what was `found`: [B, K].
  torch::Tensor ReturnDistance(const torch::Tensor &found) const;

  torch::Tensor grid_;                      ///< [1, cells, 2]: the places that are looked at
  torch::Tensor marked_;                    ///< [1, K, C], standardised
  torch::Tensor chance_;                    ///< [1, K]: likeness of the marked place to random ones of the shots
  std::vector<torch::Tensor> shot_places_;  ///< one a shot: [cells, C], standardised
  torch::Tensor shot_points_, visible_;     ///< [S, K, 2], [S, K] as float
  torch::Tensor layout_, known_;            ///< [1, K, 2], [1, K] as float
};

}  // namespace kpt::net
