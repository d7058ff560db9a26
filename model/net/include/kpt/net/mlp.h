// A multi-layer perceptron with GELU between its layers, with the release's names (`layers.{i}` or `mlp.{2i}`).
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <string>
#include <vector>

namespace kpt::net {

class MlpImpl : public torch::nn::Module {
 public:
  /// `widths`: input, hidden ..., output. Layer i is registered as <container>.<i * index_step>.
  MlpImpl(const std::vector<int> &widths, const std::string &container, int index_step);
  torch::Tensor forward(torch::Tensor x);
  torch::nn::Linear &last() { return layers_.back(); }

 private:
  std::vector<torch::nn::Linear> layers_;
};
TORCH_MODULE(Mlp);

}  // namespace kpt::net
