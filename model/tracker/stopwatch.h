// Adds the time until the end of a scope to a stage's sum. Header only.
#pragma once

#include <chrono>
#include <cstdint>

namespace kpt {

class Stopwatch {
 public:
  explicit Stopwatch(std::int64_t *sum_ns) : sum_ns_(sum_ns), start_(Clock::now()) {}
  ~Stopwatch() { *sum_ns_ += std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start_).count(); }
  Stopwatch(const Stopwatch &) = delete;
  Stopwatch &operator=(const Stopwatch &) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  std::int64_t *sum_ns_;
  Clock::time_point start_;
};

}  // namespace kpt
