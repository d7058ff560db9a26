// The random numbers of Python's `random` module (MT19937; Matsumoto and Nishimura 1998), so that episodes which a
// Python program draws with a seed can be drawn again here. Private to the evaluation.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace kpt::train {

class PythonRandom {
 public:
  /// The state after `random.seed(seed)`.
  explicit PythonRandom(std::uint32_t seed);

  /// Indices of what `random.sample(list, count)` takes of a list of `size` entries; `count` is at most `size`.
  std::vector<std::size_t> Sample(std::size_t size, std::size_t count);

 private:
  std::size_t Below(std::size_t end);

  std::mt19937 engine_;
};

}  // namespace kpt::train
