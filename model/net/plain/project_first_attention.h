// Multi-scale deformable attention as the paper writes it: project every cell of every map first, sample the projected
// values afterwards. The reference of the sample-first form, for its test and for `kpt bench`. Includes
// Torch.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include "kpt/net/deform_attention.h"

namespace kpt::net {

/// One head's output [B, K, C] from query [B, K, C], references [B, K, 2] and maps of the same batch.
torch::Tensor ProjectFirstAttention(const DeformAttentionHeadImpl &head, const NetConfig &config,
                                    const torch::Tensor &query, const torch::Tensor &references,
                                    const FeatureMaps &maps);

/// All heads of a module: [B, K, H, C], to be compared with SideHeadsImpl::Heads.
torch::Tensor ProjectFirstHeads(SideHeadsImpl &heads, const NetConfig &config, const torch::Tensor &query,
                                const torch::Tensor &references, const FeatureMaps &maps);

}  // namespace kpt::net
