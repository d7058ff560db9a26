// Tiny synthetic episodes for the tests of the trainer: a bright square on noise, whose corners are the keypoints.
#pragma once

#include <random>

#include "kpt/train/episode.h"

namespace kpt::train::testing {

inline constexpr int kCrop = 64;
inline constexpr int kSlots = 6;
inline constexpr int kReal = 4;

inline EpisodePicture SquarePicture(std::mt19937_64 &random) {
  std::uniform_int_distribution<int> corner(4, 28), side(20, 30), noise(0, 60);
  const int x0 = corner(random), y0 = corner(random), size = side(random);
  EpisodePicture picture;
  for (int y = 0; y < kCrop; ++y) {
    for (int x = 0; x < kCrop; ++x) {
      const bool in = x >= x0 && x < x0 + size && y >= y0 && y < y0 + size;
      for (int c = 0; c < 3; ++c) picture.rgb.push_back(static_cast<std::uint8_t>(in ? 200 : noise(random)));
    }
  }
  for (int k = 0; k < kSlots; ++k) {
    const bool real = k < kReal;
    const int x = x0 + (k % 2) * size, y = y0 + (k / 2 % 2) * size;
    picture.points.push_back(real ? Point2{static_cast<float>(x) / kCrop, static_cast<float>(y) / kCrop} : Point2{});
    picture.visible.push_back(real);
    picture.covered.push_back(false);
  }
  return picture;
}

class SquareEpisodes : public EpisodeSource {
 public:
  Episode Make(std::mt19937_64 &random) const override {
    Episode episode;
    episode.support.push_back(SquarePicture(random));
    episode.query = SquarePicture(random);
    episode.real_keypoints = kReal;
    std::vector<std::vector<std::int64_t>> linked;
    for (int k = 0; k < kSlots; ++k) linked.emplace_back(16, k);
    episode.linked_refs.push_back(linked);
    if (random() % 2 == 0) episode.seeds = episode.query.points;
    episode.source = "square";
    return episode;
  }
};

}  // namespace kpt::train::testing
