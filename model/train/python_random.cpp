#include "python_random.h"

#include <algorithm>
#include <array>
#include <set>

namespace kpt::train {
namespace {

constexpr std::uint32_t kWords = std::mt19937::state_size;

/// The generator's start from a key of one word ("initialisation by array"), in the form that the engine's constructor
/// takes its state from.
class KeyedState {
 public:
  using result_type = std::uint32_t;

  explicit KeyedState(std::uint32_t key) {
    words_[0] = 19650218U;
    for (std::uint32_t i = 1; i < kWords; ++i) words_[i] = 1812433253U * Folded(i) + i;
    std::uint32_t i = 1;
    for (std::uint32_t step = 0; step < kWords; ++step) {
      words_[i] = (words_[i] ^ (Folded(i) * 1664525U)) + key;
      i = Next(i);
    }
    for (std::uint32_t step = 1; step < kWords; ++step) {
      words_[i] = (words_[i] ^ (Folded(i) * 1566083941U)) - i;
      i = Next(i);
    }
    words_[0] = 0x80000000U;
  }

  template <typename Iterator>
  void generate(Iterator begin, Iterator) const {
    std::copy(words_.begin(), words_.end(), begin);
  }

 private:
  std::uint32_t Folded(std::uint32_t i) const { return words_[i - 1] ^ (words_[i - 1] >> 30); }

  std::uint32_t Next(std::uint32_t i) {
    if (i + 1 < kWords) return i + 1;
    words_[0] = words_[kWords - 1];
    return 1;
  }

  std::array<std::uint32_t, kWords> words_{};
};

std::mt19937 Engine(std::uint32_t seed) {
  KeyedState state(seed);
  return std::mt19937(state);
}

}  // namespace

PythonRandom::PythonRandom(std::uint32_t seed) : engine_(Engine(seed)) {}

/// From 0 to end - 1: as many bits as `end` has, drawn again while they are too large.
std::size_t PythonRandom::Below(std::size_t end) {
  int bits = 0;
  while ((end >> bits) != 0) ++bits;
  while (true) {
    const std::size_t drawn = static_cast<std::uint32_t>(engine_()) >> (32 - bits);
    if (drawn < end) return drawn;
  }
}

/// Few of many are drawn again where they repeat; of a short list the drawn ones are taken out.
std::vector<std::size_t> PythonRandom::Sample(std::size_t size, std::size_t count) {
  std::size_t short_list = 21;
  if (count > 5) {
    std::size_t power = 1;
    while (power < 3 * count) power *= 4;
    short_list += power;
  }
  std::vector<std::size_t> sample;
  if (size > short_list) {
    std::set<std::size_t> drawn;
    while (sample.size() < count) {
      const std::size_t index = Below(size);
      if (drawn.insert(index).second) sample.push_back(index);
    }
    return sample;
  }
  std::vector<std::size_t> left(size);
  for (std::size_t i = 0; i < size; ++i) left[i] = i;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = Below(size - i);
    sample.push_back(left[at]);
    left[at] = left[size - i - 1];
  }
  return sample;
}

}  // namespace kpt::train
