// The backbones: ResNet-50 with torchvision's names, EfficientNet-Lite0 with its published checkpoint's names. Batch
// norms keep their statistics for good, so every convolution carries its norm folded into it, in training too.
// Includes Torch. Called by fgsa_net.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <memory>
#include <string>
#include <vector>

#include "kpt/net/net_config.h"

namespace kpt::net {

class BackboneImpl : public torch::nn::Module {
 public:
  /// Normalised images [N, 3, H, W] -> one map a requested stride, in the order of `strides`.
  virtual std::vector<torch::Tensor> Forward(const torch::Tensor &images, const std::vector<int> &strides) = 0;

  /// Channels of the map at `stride`.
  virtual int Channels(int stride) const = 0;

  /// The first `stages` stages (0: none; the stem counts as part of the first) neither learn nor record gradients.
  virtual void Freeze(int stages) = 0;

  /// Computes the folded convolutions once; parameters must not change afterwards.
  virtual void Fold() = 0;
};
using Backbone = std::shared_ptr<BackboneImpl>;

/// "resnet50" or "efficientnet_lite0"; throws Error(kModel) for another name.
Backbone MakeBackbone(const std::string &name);

Backbone MakeResNet50();
Backbone MakeEfficientNetLite0();

}  // namespace kpt::net
