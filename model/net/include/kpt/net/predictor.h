// The recurrence of support and query miners over feature maps (specification, section 8), with what tracking adds:
// seeds, the proposal and the confidence branch. Knows nothing of backbones. Includes Torch.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <vector>

#include "kpt/net/joint_confidence.h"
#include "kpt/net/miner.h"
#include "kpt/net/mlp.h"
#include "kpt/net/net_config.h"
#include "kpt/net/proposal.h"
#include "kpt/net/pyramid.h"

namespace kpt::net {

/// The support shots' annotations, padded to K slots. E >= side_heads.
struct SupportAnnotations {
  torch::Tensor points;       ///< [S, B, K, 2] float, in [0, 1] over the crop
  torch::Tensor visible;      ///< [S, B, K] bool
  torch::Tensor linked_refs;  ///< [S, B, K, E] int64
};

/// Everything that depends on the support shots alone; computed once and kept while tracking.
struct SupportContext {
  SupportAnnotations annotations;
  std::vector<FeatureMaps> maps;   ///< one a shot, batch B
  torch::Tensor initial_features;  ///< F_s0 [B, K, C]
  torch::Tensor first_features;    ///< layer 1's support miner, every shot [S, B, K, C]
  ProposalSupport proposal;        ///< undefined tensors without a proposal
};

struct NetOutput {
  std::vector<torch::Tensor> points;             ///< one a layer: [B, K, 2] in [0, 1]
  std::vector<torch::Tensor> confidence_logits;  ///< one a layer: [B, K]; empty without the branch
  torch::Tensor initial_points;                  ///< P_q0 [B, K, 2]
  torch::Tensor proposal_logits;                 ///< [B, K, h * w] at the proposal's level, or undefined
  std::vector<torch::Tensor> support_features;   ///< one a layer: [S, B, K, C]
  std::vector<torch::Tensor> query_features;     ///< one a layer: [B, K, C]
};

/// What the caller knows of the query: first points, and whether the support's layout is to be expected.
struct Seeds {
  torch::Tensor points;            ///< [B, K, 2] in [0, 1], or undefined: none
  torch::Tensor seeded{};          ///< [B] bool: which items have them; undefined: all
  torch::Tensor without_layout{};  ///< [B] bool: items whose proposal shall not prefer the layout; undefined: none
};

class PredictorImpl : public torch::nn::Module {
 public:
  explicit PredictorImpl(const NetConfig &config);

  /// `maps`: one a shot, each with the batch B of `annotations`.
  SupportContext EncodeSupport(std::vector<FeatureMaps> maps, SupportAnnotations annotations);

  /// `query`: batch B, or any batch where the context's is 1 (all queries share the support).
  NetOutput Forward(const SupportContext &support, const FeatureMaps &query, const Seeds &seeds);

  void PrepareForInference();

 private:
  torch::Tensor Positions(const torch::Tensor &points);
  /// Support miner `layer` on every shot from features [B, K, C]: [S, B, K, C].
  torch::Tensor MineSupport(std::size_t layer, const torch::Tensor &features, const SupportContext &support);
  /// P_q0: seeds where given, else the proposal, else the centre. Fills the output's proposal fields.
  torch::Tensor InitialPoints(const SupportContext &support, const FeatureMaps &query, const Seeds &seeds,
                              NetOutput *out);
  torch::Tensor Confidence(std::size_t layer, const torch::Tensor &features, const torch::Tensor &support_raw,
                           const FeatureMaps &query, const torch::Tensor &points);

  NetConfig config_;
  std::vector<Miner> support_layers_, query_layers_;
  std::vector<Mlp> point_branches_, confidence_branches_;
  Mlp position_projection_{nullptr};
  Proposal proposal_{nullptr};
  JointConfidence joint_confidence_{nullptr};
  torch::Tensor seed_vector_;
};
TORCH_MODULE(Predictor);

}  // namespace kpt::net
