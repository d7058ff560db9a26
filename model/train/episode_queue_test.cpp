// Order, determinism and failures of the worker threads.
#include "kpt/train/episode_queue.h"

#include <gtest/gtest.h>

#include "kpt/base/error.h"
#include "testing_episodes.h"

namespace kpt::train {
namespace {

std::vector<WeightedSource> Squares() { return {{std::make_shared<testing::SquareEpisodes>(), 1}}; }

TEST(EpisodeQueue, TheSameEpisodesWhateverTheWorkers) {
  EpisodeQueue one(Squares(), 7, 0, 1, 4), three(Squares(), 7, 0, 3, 8);
  const auto a = one.Take(12), b = three.Take(12);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].query.rgb, b[i].query.rgb) << i;
  EXPECT_NE(a[0].query.rgb, a[1].query.rgb);
}

TEST(EpisodeQueue, GoesOnFromAnyNumber) {
  EpisodeQueue whole(Squares(), 7, 0, 1, 4), rest(Squares(), 7, 5, 1, 4);
  const auto all = whole.Take(8), tail = rest.Take(3);
  for (std::size_t i = 0; i < tail.size(); ++i) EXPECT_EQ(tail[i].query.rgb, all[5 + i].query.rgb);
}

class Failing : public EpisodeSource {
  Episode Make(std::mt19937_64 &) const override { throw Error(ErrorCode::kInput, "photo.jpg is gone"); }
};

TEST(EpisodeQueue, AWorkersErrorReachesTheCaller) {
  EpisodeQueue queue({{std::make_shared<Failing>(), 1}}, 1, 0, 2, 4);
  EXPECT_THROW(queue.Take(1), Error);
}

TEST(EpisodeQueue, DrawsSourcesByWeight) {
  EpisodeQueue queue({{std::make_shared<testing::SquareEpisodes>(), 1}, {std::make_shared<Failing>(), 0}}, 1, 0, 1, 4);
  EXPECT_EQ(queue.Take(20).size(), 20U);
}

TEST(EpisodeQueue, NeedsASource) { EXPECT_THROW(EpisodeQueue({}, 1, 0, 1, 4), Error); }

}  // namespace
}  // namespace kpt::train
