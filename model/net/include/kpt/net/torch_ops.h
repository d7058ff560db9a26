// The ops layer as differentiable Torch functions, and its threads taken from LibTorch's pool.
// Includes Torch. Called by the miners and by whoever samples feature maps.
#pragma once

#include <torch/types.h>

#include <vector>

namespace kpt::net {

/// Height and width of each level of flattened feature maps, coarse to fine.
using LevelSizes = std::vector<std::array<std::int64_t, 2>>;

struct Gathered {
  torch::Tensor features;  ///< [B, K, G, C]
  torch::Tensor inside;    ///< [B, K, G]: the part of the attention that fell inside the maps
};

/// Samples raw feature maps at `locations`, weighted by `attention` (kpt/ops/deform_gather.h); differentiable.
/// values [B or 1, N, C], locations [B, K, G, T, P, 2], attention [B, K, G, T, P]; float32, on one device. With a batch
/// of 1 in `values` and more in `locations`, all share the maps (not differentiable in `values` then).
/// Throws Error(kDevice) for a device that this build has no kernel for.
Gathered DeformGather(const torch::Tensor &values, const LevelSizes &levels, const torch::Tensor &locations,
                      const torch::Tensor &attention);

/// Bilinear samples of every level at `points` [B, K, 2], averaged over the levels: [B, K, C].
torch::Tensor SampleLevelMean(const torch::Tensor &values, const LevelSizes &levels, const torch::Tensor &points);

}  // namespace kpt::net
