// One training example: support shots and a query of the same object, padded to K slots. Plain C++: made by the episode
// sources (OpenCV), consumed by the trainer (Torch); neither needs to know the other.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "kpt/base/geometry.h"

namespace kpt::train {

/// A crop with its keypoints; all vectors have K entries (real keypoints first, then the padding plan's slots).
struct EpisodePicture {
  std::vector<std::uint8_t> rgb;  ///< crop_size * crop_size * 3, dense
  std::vector<Point2> points;     ///< in [0, 1] over the crop; known even where covered
  std::vector<bool> visible;      ///< annotated and inside the crop
  std::vector<bool> covered;      ///< hidden behind an occluder (query only; else all false)
};

struct Episode {
  std::vector<EpisodePicture> support;  ///< at least one
  EpisodePicture query;
  int real_keypoints = 0;                                           ///< the first ones; the rest is padding
  std::vector<std::vector<std::vector<std::int64_t>>> linked_refs;  ///< [shot][K][16], from each shot's visibility
  bool object_in_query = true;                                      ///< false: confidence must be low, no point counts
  std::vector<Point2> seeds;                                        ///< K first query points, or empty: not seeded
  const char *source = "";                                          ///< "photo", "labelled" ...: for statistics
};

/// Makes episodes. `Make` is called from several threads at once, each with its own generator; the same generator state
/// gives the same episode. Sources that read files name and skip broken ones when they are constructed.
class EpisodeSource {
 public:
  virtual ~EpisodeSource() = default;
  virtual Episode Make(std::mt19937_64 &random) const = 0;
};

}  // namespace kpt::train
