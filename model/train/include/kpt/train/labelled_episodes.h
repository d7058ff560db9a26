// Labelled episodes: two instances of one category under independent crops.
#pragma once

#include <memory>

#include "kpt/train/episode.h"
#include "kpt/train/episode_options.h"

namespace kpt::train {

/// Reads every annotated instance once. Broken pictures are named in the log and skipped; throws Error (kNotFound,
/// kInput) for a broken annotation file, or where more than the allowed share of pictures is broken.
std::shared_ptr<EpisodeSource> MakeLabelledEpisodes(const LabelledOptions &labelled, const EpisodeOptions &episodes);

}  // namespace kpt::train
