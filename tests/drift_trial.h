// Follows a labelled clip forward and backward in turn, for longer than it lasts: whether a tracker drifts away.
#pragma once

#include "clip_trial.h"

namespace kpt::trials {

/// Shows `frames` frames: the clip to its end, back to its beginning, and so on. Calls `after_pass` with the score of
/// each way, the last one perhaps cut short. Keeps the clip's grey pictures in memory. `estimator` is used up. Throws
/// kpt::Error.
void FollowToAndFro(const LabelledClip &clip, const Trial &trial, std::unique_ptr<Estimator> estimator, int frames,
                    const AfterFrame &after, const std::function<void(const Score &)> &after_pass);

}  // namespace kpt::trials
