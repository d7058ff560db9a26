// Episodes as tensors. Includes Torch. Called by the trainer.
#pragma once

#include <torch/types.h>

#include <vector>

#include "kpt/net/predictor.h"
#include "kpt/train/episode.h"

namespace kpt::train {

/// B episodes with the same number of shots S and slots K.
struct Batch {
  torch::Tensor images;             ///< uint8 [(S + 1) * B, H, W, 3]: all first shots, ..., all queries
  net::SupportAnnotations support;  ///< see net/predictor.h
  net::Seeds seeds;                 ///< points undefined where no episode has seeds
  torch::Tensor target;             ///< [B, K, 2]: the query's points in [0, 1]
  torch::Tensor shown;              ///< [B, K] bool: seen in the query and in a shot, the object being there
  torch::Tensor covered;            ///< [B, K] bool: behind an occluder in the query
  torch::Tensor real;               ///< [B, K] bool: not a padded slot
};

/// Episodes with fewer shots than others repeat their last. Throws Error(kInvalidArgument) where crop sizes or slot
/// counts differ, or there are no episodes.
Batch MakeBatch(const std::vector<Episode> &episodes);

}  // namespace kpt::train
