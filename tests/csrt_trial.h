// OpenCV's CSRT on the same clips, scored alike: what people follow things with. Needs OpenCV's contributed modules.
#pragma once

#include "clip_trial.h"

namespace kpt::trials {

/// One CSRT tracker a point, from the truth of the first shot's frame, in a square around it whose side is `window` of
/// the object's box.
Score FollowByCsrt(const LabelledClip &clip, const Trial &trial, double window);

}  // namespace kpt::trials
