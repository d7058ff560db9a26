// The exponential moving average of a network's weights. Private to the trainer. Includes Torch.
#pragma once

#include "kpt/net/fgsa_net.h"

namespace kpt::train {

class WeightAverage {
 public:
  /// Starts as a copy of `net`.
  explicit WeightAverage(const net::FgsaNet &net);

  /// average = decay * average + (1 - decay) * net; a younger average forgets faster, so that it does not remember
  /// the start.
  void Update(const net::FgsaNet &net, double decay, std::int64_t step);

  net::FgsaNet &net() { return average_; }

 private:
  net::FgsaNet average_;
};

}  // namespace kpt::train
