// The tracker's network as `kpt eval` asks it about stills: crops in, points out, no seed.
#pragma once

#include "kpt/estimator.h"
#include "kpt/train/stills_evaluation.h"

namespace kpt::tools {

/// Loads weights; throws as LoadEstimator says, and CommandError (kModelError) where the file is missing.
LoadedEstimator LoadEstimatorOrThrow(const EstimatorSettings &settings);

/// Asks `estimator`, which must outlive the result.
train::StillsPredictor MakePredictor(Estimator &estimator);

}  // namespace kpt::tools
