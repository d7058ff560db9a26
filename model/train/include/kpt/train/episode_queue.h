// Worker threads that make episodes ahead of the training step. Deterministic with one worker and one seed: episode n
// of a run depends on the seed and n alone. No Torch, no OpenCV.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kpt/train/episode.h"

namespace kpt::train {

/// A source and how often it is drawn.
struct WeightedSource {
  std::shared_ptr<const EpisodeSource> source;
  double weight = 1;
};

class EpisodeQueue {
 public:
  /// Starts `workers` threads that keep up to `ahead` episodes ready. Episode number n (from `first`) is made from a
  /// generator seeded with (seed, n), whatever the number of workers.
  EpisodeQueue(std::vector<WeightedSource> sources, std::uint64_t seed, std::uint64_t first, int workers, int ahead);
  ~EpisodeQueue();
  EpisodeQueue(const EpisodeQueue &) = delete;
  EpisodeQueue &operator=(const EpisodeQueue &) = delete;

  /// The next `count` episodes in their order. Rethrows what a worker threw.
  std::vector<Episode> Take(int count);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kpt::train
