// Label-free episodes: an object cut from a photograph, seen twice under random warps over other photographs.
#pragma once

#include <memory>

#include "kpt/train/episode.h"
#include "kpt/train/episode_options.h"

namespace kpt::train {

/// Reads the folder once. Broken pictures are named in the log and skipped; throws Error (kNotFound, kInput) where the
/// folder is missing, nearly empty, or more than the allowed share is broken.
std::shared_ptr<EpisodeSource> MakePhotoEpisodes(const PhotoOptions &photos, const EpisodeOptions &episodes);

}  // namespace kpt::train
