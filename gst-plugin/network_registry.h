// The networks that keypointtrack elements of this process have in memory. Elements with one `model-instance-id` get
// the same one; each makes an estimator of its own from it. Called by track_session. Any thread.
#pragma once

#include <memory>

#include "kpt/estimator.h"
#include "track_settings.h"

namespace kpt::gst {

/// A loaded network. Its estimator is there to be asked for others (ShareNetwork) and never tracks itself.
using SharedNetwork = std::shared_ptr<const LoadedEstimator>;

/// The network of these settings: the one that lives under their `model-instance-id` on that device, else a newly
/// loaded one. It is freed with its last holder. Throws Error as LoadEstimator; kInvalidArgument where another weights
/// file lives under the id.
SharedNetwork AcquireNetwork(const TrackSettings &settings);

}  // namespace kpt::gst
