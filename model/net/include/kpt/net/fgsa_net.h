// The whole network: backbone, pyramid and predictor. Includes Torch: only net, train, the tracker's network estimator
// and their tests include this file.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <vector>

#include "kpt/net/backbone.h"
#include "kpt/net/net_config.h"
#include "kpt/net/predictor.h"
#include "kpt/net/pyramid.h"
#include "kpt/ops/frame_crop.h"

namespace kpt::net {

class FgsaNetImpl : public torch::nn::Module {
 public:
  explicit FgsaNetImpl(const NetConfig &config);

  const NetConfig &config() const { return config_; }

  /// uint8 [N, H, W, 3] RGB -> normalised float [N, 3, H, W], channels_last.
  torch::Tensor Normalise(const torch::Tensor &rgb) const;

  /// The same from crops of a frame whose memory lies on `device`, in one pass on its current stream.
  torch::Tensor InputFrom(const ops::FrameCrops &crops, const torch::Device &device) const;

  /// Normalised images [N, 3, H, W] -> pyramid.
  FeatureMaps Features(const torch::Tensor &images);

  /// `maps`: one a shot, each with batch B.
  SupportContext EncodeSupport(std::vector<FeatureMaps> maps, SupportAnnotations annotations);

  /// `query`: batch B, or any batch where the context's is 1 (all queries share the support).
  NetOutput Forward(const SupportContext &support, const FeatureMaps &query, const Seeds &seeds = {});

  /// The backbone's first stages neither learn nor record gradients.
  void FreezeBackbone(int stages) { backbone_->Freeze(stages); }

  /// Folds batch norms into convolutions and stacks the heads, once. Parameters must not change afterwards.
  void PrepareForInference();

 private:
  NetConfig config_;
  Backbone backbone_;
  Pyramid pyramid_{nullptr};
  Predictor predictor_{nullptr};
  torch::Tensor mean_, scale_;  // on the CPU
};
TORCH_MODULE(FgsaNet);

}  // namespace kpt::net
