// The feature pyramid (specification, section 2): 1x1 projections and a top-down sum. Includes Torch.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <vector>

#include "kpt/net/torch_ops.h"

namespace kpt::net {

/// A batch of images' pyramids, coarse to fine.
struct FeatureMaps {
  std::vector<torch::Tensor> levels;  ///< [N, C, h, w] each, channels_last
  torch::Tensor values;               ///< [N, sum of h * w, C]: the levels flattened and concatenated
  LevelSizes sizes;

  /// Batch items [begin, end), sharing memory.
  FeatureMaps Slice(std::int64_t begin, std::int64_t end) const;
};

/// The projections, named as in the release: backbone_projs.{level}.0.
class PyramidImpl : public torch::nn::Module {
 public:
  /// `in_channels`: of the backbone's maps, coarse to fine.
  PyramidImpl(const std::vector<int> &in_channels, int channels);
  FeatureMaps Forward(const std::vector<torch::Tensor> &maps);

 private:
  std::vector<torch::Tensor> weights_, biases_;
};
TORCH_MODULE(Pyramid);

}  // namespace kpt::net
