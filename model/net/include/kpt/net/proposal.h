// The correlation proposal: where the query's features look like a support keypoint's. Not part of the paper's network;
// the first query point where there is no previous frame. Includes Torch.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "kpt/net/mlp.h"
#include "kpt/net/net_config.h"
#include "kpt/net/pyramid.h"

namespace kpt::net {

class ProposalImpl : public torch::nn::Module {
 public:
  explicit ProposalImpl(const NetConfig &config);

  /// What to look for: keys [B, K, C] of unit length, from the points' raw features F_s0 and layer 1's support features.
  torch::Tensor Keys(const torch::Tensor &raw, const torch::Tensor &mined);

  /// Cosine of keys [B or 1, K, C] and the query's map, times the learned temperature: logits [B, K, h * w].
  torch::Tensor Logits(const torch::Tensor &keys, const FeatureMaps &query);

  /// Soft-argmax in the 5x5 cells around each maximum: [B, K, 2] in [0, 1].
  torch::Tensor Points(const torch::Tensor &logits, const FeatureMaps &query) const;

 private:
  std::size_t level_;
  Mlp key_{nullptr};
  torch::nn::Linear map_{nullptr};
  torch::Tensor log_temperature_;
};
TORCH_MODULE(Proposal);

}  // namespace kpt::net
