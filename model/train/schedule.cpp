#include <algorithm>
#include <cmath>

#include "kpt/train/trainer.h"

namespace kpt::train {

double ScheduleFactor(std::int64_t step, int warmup_steps, double progress) {
  const double warmup = warmup_steps > 0 ? std::min(1.0, static_cast<double>(step + 1) / warmup_steps) : 1.0;
  return warmup * 0.5 * (1 + std::cos(std::acos(-1.0) * std::clamp(progress, 0.0, 1.0)));
}

}  // namespace kpt::train
