// Follows all labelled objects of a clip and scores points and identities. The first labelled frame's first object is
// the support shot.
#pragma once

#include <memory>
#include <string>

#include "clip_trial.h"

namespace kpt::trials {

struct CrowdScore {
  Score score;                ///< points of all objects; an object without a track counts as missed
  int identity_switches = 0;  ///< frames in which a labelled object has another track than when it last had one
};

/// Follows as many instances as the clip has identities, from the support's box on. Throws kpt::Error.
CrowdScore FollowAll(const std::string &folder, const std::string &video_name, std::unique_ptr<Estimator> estimator);

}  // namespace kpt::trials
