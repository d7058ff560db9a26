// The FGSA miner (specification, section 7): keypoints look at each other, then at the image around themselves and
// around their neighbours in the structure. Support and query miners are the same module with weights of their own.
// Includes Torch.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "kpt/net/deform_attention.h"
#include "kpt/net/net_config.h"

namespace kpt::net {

/// Multi-head self-attention with torch.nn.MultiheadAttention's names, whose queries and keys carry positions and whose
/// values do not.
class SelfAttentionImpl : public torch::nn::Module {
 public:
  SelfAttentionImpl(int channels, int heads);
  /// query_key, value [B, K, C]; hidden [B, K] bool or undefined: keys that nobody attends to.
  torch::Tensor forward(const torch::Tensor &query_key, const torch::Tensor &value, const torch::Tensor &hidden);

 private:
  int heads_;
  torch::Tensor in_weight_, in_bias_;
  torch::nn::Linear out_proj_{nullptr};
};
TORCH_MODULE(SelfAttention);

/// What a miner is told besides the keypoints' features.
struct MinerInputs {
  torch::Tensor positions;    ///< query_order + ref_pos [B, K, C]
  torch::Tensor points;       ///< [B, K, 2]
  torch::Tensor linked_refs;  ///< [B, K, E] int64
  torch::Tensor hidden;       ///< [B, K] bool: keys to leave out of the self-attention; undefined: none
};

class MinerImpl : public torch::nn::Module {
 public:
  explicit MinerImpl(const NetConfig &config);
  /// features [B, K, C] -> [B, K, C]; maps with batch B, or 1 for all.
  torch::Tensor forward(const torch::Tensor &features, const MinerInputs &inputs, const FeatureMaps &maps);
  void PrepareForInference() { side_heads_->Stack(); }

 private:
  int head_count_;
  double dropout_;
  SelfAttention self_attn_{nullptr};
  torch::nn::LayerNorm self_norm1_{nullptr}, self_norm2_{nullptr}, norm1_{nullptr}, norm2_{nullptr};
  torch::nn::Linear self_linear1_{nullptr}, self_linear2_{nullptr}, linear1_{nullptr}, linear2_{nullptr};
  SideHeads side_heads_{nullptr};
};
TORCH_MODULE(Miner);

}  // namespace kpt::net
