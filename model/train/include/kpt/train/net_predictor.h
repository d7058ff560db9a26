// A network as the stills evaluation's predictor. Includes Torch.
#pragma once

#include "kpt/net/fgsa_net.h"
#include "kpt/train/stills_evaluation.h"

namespace kpt::train {

/// Unseeded, with equal-division padding. `net` must outlive the result and be in evaluation mode.
StillsPredictor MakeNetPredictor(net::FgsaNet &net);

}  // namespace kpt::train
