#include "kpt/net/mlp.h"

namespace kpt::net {

MlpImpl::MlpImpl(const std::vector<int> &widths, const std::string &container, int index_step) {
  const auto holder = register_module(container, std::make_shared<torch::nn::Module>());
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    torch::nn::Linear layer(widths[i], widths[i + 1]);
    holder->register_module(std::to_string(i * static_cast<std::size_t>(index_step)), layer);
    layers_.push_back(layer);
  }
}

torch::Tensor MlpImpl::forward(torch::Tensor x) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    x = layers_[i](x);
    if (i + 1 < layers_.size()) x = torch::gelu(x);
  }
  return x;
}

}  // namespace kpt::net
