// The second look at a network's confidences: all points of an object together. A point whose neighbours were not
// found, or that lies where the support's layout does not expect it, is believed less than its own features say. Not
// part of the paper's network. Includes Torch.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "kpt/net/mlp.h"

namespace kpt::net {

class JointConfidenceImpl : public torch::nn::Module {
 public:
  /// Starts as the identity.
  JointConfidenceImpl();

  /// `logits` [B, K] of the points [B, K, 2], judged one by one; `layout` [B or 1, K, 2]: the support's, in [0, 1] over
  /// the crop as the points; `known` [B or 1, K] bool: points that a shot shows. Returns logits [B, K].
  torch::Tensor forward(const torch::Tensor &logits, const torch::Tensor &points, const torch::Tensor &layout,
                        const torch::Tensor &known);

 private:
  Mlp mlp_{nullptr};
};
TORCH_MODULE(JointConfidence);

}  // namespace kpt::net
