// The side heads of a miner: multi-scale deformable attention around each keypoint and its linked neighbours
// (specification, sections 6 and 7.2). Samples raw features first and projects afterwards. Includes Torch.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <vector>

#include "kpt/net/net_config.h"
#include "kpt/net/pyramid.h"

namespace kpt::net {

/// One head group's parameters: `MSDeformAttn` of the release.
struct DeformAttentionHeadImpl : torch::nn::Module {
  explicit DeformAttentionHeadImpl(const NetConfig &config);
  torch::nn::Linear sampling_offsets{nullptr}, attention_weights{nullptr}, value_proj{nullptr}, output_proj{nullptr};
};
TORCH_MODULE(DeformAttentionHead);

class SideHeadsImpl : public torch::nn::Module {
 public:
  explicit SideHeadsImpl(const NetConfig &config);

  /// query [B, K, C]; references [B, K, H, 2]: where each side head looks; maps with batch B, or 1 for all.
  /// Returns head 0 + ReLU(projection of the others): [B, K, C].
  torch::Tensor forward(const torch::Tensor &query, const torch::Tensor &references, const FeatureMaps &maps);

  /// Every head's own result before they are joined: [B, K, H, C].
  torch::Tensor Heads(const torch::Tensor &query, const torch::Tensor &references, const FeatureMaps &maps);

  /// Stacks the heads' parameters once; they must not change afterwards.
  void Stack();

 private:
  /// The heads' parameters side by side, so that all heads run as one.
  struct Stacked {
    torch::Tensor offsets_weight, offsets_bias;      ///< [H*M*T*P*2, C], [..]
    torch::Tensor attention_weight, attention_bias;  ///< [H*M*T*P, C], [..]
    torch::Tensor value_weight, value_bias;          ///< [H*M, C, d], [H*M, d]
    torch::Tensor output_weight, output_bias;        ///< [H, C, C], [H, 1, C]
  };
  Stacked Compute() const;

  NetConfig config_;
  std::vector<DeformAttentionHead> heads_;
  torch::nn::Linear projector_{nullptr};
  Stacked stacked_;
};
TORCH_MODULE(SideHeads);

}  // namespace kpt::net
