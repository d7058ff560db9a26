// OpenCV's pyramidal Lucas-Kanade on the same clips, scored alike: what people follow points with. Each point for
// itself from the truth of the first shot's frame, over the whole picture; nothing of the tracker is used.
#pragma once

#include "clip_trial.h"

namespace kpt::trials {

/// With OpenCV's settings. A point that it does not find stays where it was and is tried again in the next frame. With
/// `checked` that is also one which flow backward does not bring back to where it came from.
Score FollowByLucasKanade(const LabelledClip &clip, const Trial &trial, bool checked);

}  // namespace kpt::trials
