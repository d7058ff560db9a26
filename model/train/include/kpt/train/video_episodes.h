// Episodes of two frames of one video: real motion, light and blur, with optical flow as the truth.
#pragma once

#include <memory>

#include "kpt/train/episode.h"
#include "kpt/train/episode_options.h"

namespace kpt::train {

/// Reads each video once and keeps short segments of it. Unreadable videos are named in the log and skipped; throws
/// Error(kInput) where none is left.
std::shared_ptr<EpisodeSource> MakeVideoEpisodes(const VideoOptions &video, const EpisodeOptions &episodes);

}  // namespace kpt::train
