// Learning on the fly, tried from outside the tracker: frames of the clip become extra shots while it is followed,
// beside the user's, which stays.
#pragma once

#include "clip_trial.h"

namespace kpt::trials {

struct Adoption {
  int every = 30;           ///< frames, at least, between two
  bool true_points = true;  ///< the labels', the best that any rule can adopt; else the tracker's own, where it is sure
  std::size_t most = 3;     ///< extra shots; the oldest gives way. 0: the tracker is exchanged, the shot stays alone
};

Score FollowAdopting(const LabelledClip &clip, const Trial &trial, const Adoption &adoption,
                     std::unique_ptr<Estimator> estimator);

}  // namespace kpt::trials
