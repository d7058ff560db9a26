// Learning on the fly: frames of the clip become extra shots while it is followed, beside the user's, which stays. By
// the product's rule, or with the labels' points, which is the best that any rule can do.
#pragma once

#include "clip_trial.h"

namespace kpt::trials {

/// By ShotAdoption, at most `most` shots. Adds the number of adoptions to `adoptions`, which is borrowed where it is
/// not null. Throws kpt::Error.
AfterFrame AdoptByRule(const LabelledClip &clip, const Trial &trial, int most, const Estimator &network,
                       int *adoptions = nullptr);

struct TrueAdoption {
  int every = 30;        ///< frames, at least, between two
  std::size_t most = 3;  ///< extra shots; the oldest gives way. 0: the tracker is exchanged, the shot stays alone
};

/// The labels' points.
Score FollowAdoptingTruth(const LabelledClip &clip, const Trial &trial, const TrueAdoption &adoption,
                          std::unique_ptr<Estimator> estimator);

}  // namespace kpt::trials
