// The training loss (specification, section 8, and what tracking adds). Includes Torch. Called by the trainer.
#pragma once

#include <torch/types.h>

#include "kpt/net/predictor.h"
#include "kpt/train/batch.h"

namespace kpt::train {

struct LossWeights {
  double mixup = 0.5;    ///< of padded slots' points, against real ones
  double covered = 0.3;  ///< of a covered point, against a seen one
  double confidence = 0.02;
  double proposal = 0.05;
  double confident_within = 0.06;  ///< of the crop: how near counts as right for the confidence branch
};

/// The parts, unweighted, and their weighted sum. Undefined parts: the network has no such branch.
struct Losses {
  torch::Tensor points;      ///< L1 over x and y, mean over shown real points, summed over layers
  torch::Tensor mixup;       ///< the same over shown padded slots
  torch::Tensor confidence;  ///< binary cross-entropy, summed over layers
  torch::Tensor proposal;    ///< cross-entropy against a Gaussian of one cell around the truth
  torch::Tensor total;
};

/// `proposal_size`: height and width of the map behind `output.proposal_logits`.
Losses ComputeLosses(const net::NetOutput &output, const Batch &batch, std::array<std::int64_t, 2> proposal_size,
                     const LossWeights &weights);

}  // namespace kpt::train
