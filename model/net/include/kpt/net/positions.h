// Sine codes of positions (specification, section 5). Includes Torch.
#pragma once

#include <torch/types.h>

namespace kpt::net {

/// Points [..., 2] in [0, 1] -> [..., channels]: the y block, then the x block, channels / 2 each.
torch::Tensor SineCode(const torch::Tensor &points, std::int64_t channels);

/// The code of each slot's index: [K, channels].
torch::Tensor QueryOrder(std::int64_t keypoints, std::int64_t channels, const torch::TensorOptions &options);

}  // namespace kpt::net
