// The whole network: backbone, pyramid, proposal, and the recurrence of support and query miners (specification,
// sections 2 to 8, and the additions for tracking). Includes Torch: only net, train and their tests include this file.
#pragma once

#include <torch/nn.h>
#include <torch/types.h>

#include <string>
#include <vector>

#include "kpt/net/backbone.h"
#include "kpt/net/miner.h"
#include "kpt/net/net_config.h"
#include "kpt/net/proposal.h"
#include "kpt/net/pyramid.h"

namespace kpt::net {

/// The support shots' annotations, padded to K slots.
struct SupportAnnotations {
  torch::Tensor points;       ///< [S, B, K, 2] float, in [0, 1] over the crop
  torch::Tensor visible;      ///< [S, B, K] bool
  torch::Tensor linked_refs;  ///< [S, B, K, E] int64, E >= side_heads
};

/// Everything that depends on the support shots alone; computed once and kept while tracking.
struct SupportContext {
  SupportAnnotations annotations;
  std::vector<FeatureMaps> maps;   ///< one a shot, batch B
  torch::Tensor initial_features;  ///< F_s0 [B, K, C]
  torch::Tensor first_features;    ///< layer 1's support miner, every shot [S, B, K, C]
  torch::Tensor proposal_keys;     ///< [B, K, C'] or undefined
};

struct NetOutput {
  std::vector<torch::Tensor> points;             ///< one a layer: [B, K, 2] in [0, 1]
  std::vector<torch::Tensor> confidence_logits;  ///< one a layer: [B, K]; empty without the branch
  torch::Tensor initial_points;                  ///< P_q0 [B, K, 2]
  torch::Tensor proposal_logits;                 ///< [B, K, h * w] at the proposal's level, or undefined
  std::vector<torch::Tensor> support_features;   ///< one a layer: [S, B, K, C]
  std::vector<torch::Tensor> query_features;     ///< one a layer: [B, K, C]
};

class FgsaNetImpl : public torch::nn::Module {
 public:
  explicit FgsaNetImpl(const NetConfig &config);

  const NetConfig &config() const { return config_; }

  /// uint8 [N, H, W, 3] RGB -> normalised float [N, 3, H, W], channels_last.
  torch::Tensor Normalise(const torch::Tensor &rgb) const;

  /// Normalised images [N, 3, H, W] -> pyramid.
  FeatureMaps Features(const torch::Tensor &images);

  /// `maps`: one a shot, each with batch B.
  SupportContext EncodeSupport(std::vector<FeatureMaps> maps, SupportAnnotations annotations);

  /// `query`: batch B, or any batch where the context's B is 1 (all queries share the support).
  /// `seeds` [B, K, 2] in [0, 1] may be undefined; `seeded` [B] bool says which rows of it count (undefined: all).
  NetOutput Forward(const SupportContext &support, const FeatureMaps &query, const torch::Tensor &seeds = {},
                    const torch::Tensor &seeded = {});

  /// Folds batch norms into convolutions and caches what only inference can cache. Parameters must not change after.
  void PrepareForInference();

 private:
  NetConfig config_;
  Backbone backbone_{nullptr};
  Pyramid pyramid_{nullptr};
  Predictor predictor_{nullptr};
};
TORCH_MODULE(FgsaNet);

}  // namespace kpt::net
