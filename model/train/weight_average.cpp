#include "weight_average.h"

#include <algorithm>

namespace kpt::train {

WeightAverage::WeightAverage(const net::FgsaNet &net) : average_(net->config()) {
  torch::NoGradGuard no_gradient;
  const auto from = net->named_parameters();
  for (auto &item : average_->named_parameters()) item.value().copy_(from[item.key()]);
  const auto buffers = net->named_buffers();
  for (auto &item : average_->named_buffers()) item.value().copy_(buffers[item.key()]);
  average_->eval();
}

void WeightAverage::Update(const net::FgsaNet &net, double decay, std::int64_t step) {
  torch::NoGradGuard no_gradient;
  const double young = (1.0 + static_cast<double>(step)) / (10.0 + static_cast<double>(step));
  const double keep = std::min(decay, young);
  auto average = average_->parameters();
  const auto current = net->parameters();  // the same order: the same module class
  for (std::size_t i = 0; i < average.size(); ++i) {
    if (current[i].requires_grad()) average[i].lerp_(current[i], 1 - keep);
  }
}

}  // namespace kpt::train
