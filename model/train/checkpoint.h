// A run's state on disk, written so that a kill at any moment leaves a whole one. Private to the trainer. Includes
// Torch.
#pragma once

#include <torch/optim/adamw.h>

#include <cstdint>
#include <string>

#include "kpt/net/fgsa_net.h"

namespace kpt::train {

struct RunState {
  std::int64_t step = 0;
  double minutes = 0;      ///< trained so far, resumptions included
  double best_score = -1;  ///< of the evaluation
};

/// Writes <folder>/checkpoint (weights, average, optimiser, state) beside the old one, then takes its place.
void SaveCheckpoint(const std::string &folder, const net::FgsaNet &net, const net::FgsaNet &average,
                    torch::optim::AdamW &optimiser, const RunState &state);

/// Reads it back; false where there is none. Throws Error(kModel) where it cannot be read.
bool LoadCheckpoint(const std::string &folder, net::FgsaNet &net, net::FgsaNet &average, torch::optim::AdamW &optimiser,
                    RunState *state);

}  // namespace kpt::train
