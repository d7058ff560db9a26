// The paper's measure on MP-100 (specification, section 9): episodes of random shots and queries of one category. Knows
// no network: asks a function. No Torch here. Called by `kpt eval --protocol mp100`.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kpt/data/coco.h"
#include "kpt/train/stills_evaluation.h"

namespace kpt::train {

struct Mp100Options {
  int shots = 1;
  int episodes = 200;  ///< a category
  int queries = 15;    ///< an episode
  std::uint32_t seed = 1;
  int crop_size = 256;
};

struct Mp100Category {
  CategoryPck figures;     ///< `pairs`: all queries; `pck`: mean over points of a query, then over queries
  int without_points = 0;  ///< queries that share no visible point with their shots; they count as 0, as in the release
};

/// Hears of every query that was measured: the category's name, and how many of all queries of the file are done.
using Mp100Progress = std::function<void(const std::string &category, int done, int all)>;

/// One entry a category, in the file's order. The instances of a category are those with a visible point and a box of
/// which a part lies in the picture. An episode's shots and queries are different instances, drawn as the released code
/// draws them with that seed. Every category has the same number of queries, so that the mean over categories is that
/// over all queries. Throws Error(kInput) where a category has too few instances, and for pictures that cannot be read.
std::vector<Mp100Category> EvaluateMp100(const data::CocoFile &file, const Mp100Options &options,
                                         const StillsPredictor &predict, const Mp100Progress &on_query);

}  // namespace kpt::train
