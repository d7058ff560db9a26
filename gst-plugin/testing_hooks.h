// What tests replace: the maker of the estimator. Production code only reads it.
#pragma once

#include <functional>

#include "kpt/estimator.h"

namespace kpt::gst {

using EstimatorFactory = std::function<Result<LoadedEstimator>(const EstimatorSettings &)>;

/// From now on elements make their estimators with `factory`; an empty one restores kpt::LoadEstimator.
/// Not synchronised: call it while no element starts.
void SetEstimatorFactoryForTesting(EstimatorFactory factory);

}  // namespace kpt::gst
