// The correlation proposal: where the query's features look like a support keypoint's. Not part of the paper's network;
// the first query point where there is no previous frame. Includes Torch.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "kpt/net/layout_prior.h"
#include "kpt/net/mlp.h"
#include "kpt/net/net_config.h"
#include "kpt/net/pyramid.h"

namespace kpt::net {

/// What the support shots say to the proposal.
struct ProposalSupport {
  torch::Tensor keys;    ///< [B, K, C] of unit length: what to look for
  torch::Tensor layout;  ///< [B, K, 2] in [0, 1]: where the shots have it, in the mean
  torch::Tensor known;   ///< [B, K] bool: any shot shows it
};

class ProposalImpl : public torch::nn::Module {
 public:
  explicit ProposalImpl(const NetConfig &config);

  /// What to look for: keys [B, K, C] of unit length, from the points' raw features F_s0 and layer 1's support
  /// features.
  torch::Tensor Keys(const torch::Tensor &raw, const torch::Tensor &mined);

  /// Cosine of keys (batch B or 1) and the query's map, times the learned temperature; with a layout prior plus that,
  /// whose centres are the layout, fitted to the surest points: logits [B, K, h * w].
  /// `without_layout` [B] bool: items that the prior is not for; undefined: none.
  torch::Tensor Logits(const ProposalSupport &support, const FeatureMaps &query,
                       const torch::Tensor &without_layout = {});

  /// Soft-argmax in the 5x5 cells around each maximum: [B, K, 2] in [0, 1].
  torch::Tensor Points(const torch::Tensor &logits, const FeatureMaps &query) const;

 private:
  torch::Tensor LayoutLogits(const torch::Tensor &correlation, const ProposalSupport &support,
                             const FeatureMaps &query);

  std::size_t level_;
  Mlp key_{nullptr};
  LayoutPrior layout_prior_{nullptr};
  torch::nn::Linear map_{nullptr};
  torch::Tensor log_temperature_;
};
TORCH_MODULE(Proposal);

}  // namespace kpt::net
