#include "project_first_attention.h"

#include <torch/nn/functional/vision.h>

namespace kpt::net {

using torch::Tensor;

Tensor ProjectFirstAttention(const DeformAttentionHeadImpl &head, const NetConfig &config, const Tensor &query,
                             const Tensor &references, const FeatureMaps &maps) {
  const std::int64_t batch = query.size(0), keypoints = query.size(1);
  const std::int64_t heads = config.attention_heads, levels = config.levels(), points = config.sampling_points;
  const std::int64_t width = config.channels / heads;
  const Tensor values = torch::linear(maps.values, head.value_proj->weight, head.value_proj->bias);
  const Tensor offsets = torch::linear(query, head.sampling_offsets->weight, head.sampling_offsets->bias)
                             .view({batch, keypoints, heads, levels, points, 2});
  const Tensor weights = torch::linear(query, head.attention_weights->weight, head.attention_weights->bias)
                             .view({batch, keypoints, heads, levels * points})
                             .softmax(-1)
                             .view({batch, keypoints, heads, levels, points});
  Tensor sum = torch::zeros({batch * heads, width, keypoints}, query.options());
  std::int64_t start = 0;
  for (std::int64_t t = 0; t < levels; ++t) {
    const auto [h, w] = maps.sizes[t];
    const Tensor map = values.slice(1, start, start + h * w)
                           .view({batch, h, w, heads, width})
                           .permute({0, 3, 4, 1, 2})
                           .reshape({batch * heads, width, h, w});
    start += h * w;
    const Tensor cells = torch::tensor({static_cast<float>(w), static_cast<float>(h)});
    const Tensor locations = references.view({batch, keypoints, 1, 1, 2}) + offsets.select(3, t) / cells;
    const Tensor grid = (2 * locations - 1).transpose(1, 2).reshape({batch * heads, keypoints, points, 2});
    const Tensor sampled = torch::nn::functional::grid_sample(map, grid,
                                                              torch::nn::functional::GridSampleFuncOptions()
                                                                  .mode(torch::kBilinear)
                                                                  .padding_mode(torch::kZeros)
                                                                  .align_corners(false));
    const Tensor attention = weights.select(3, t).transpose(1, 2).reshape({batch * heads, 1, keypoints, points});
    sum = sum + (sampled * attention).sum(-1);
  }
  const Tensor joined = sum.view({batch, heads * width, keypoints}).transpose(1, 2);
  return torch::linear(joined, head.output_proj->weight, head.output_proj->bias);
}

Tensor ProjectFirstHeads(SideHeadsImpl &heads, const NetConfig &config, const Tensor &query, const Tensor &references,
                         const FeatureMaps &maps) {
  std::vector<Tensor> outputs;
  for (const auto &head : heads.named_children()["attn_layers"]->children()) {
    const auto index = static_cast<std::int64_t>(outputs.size());
    outputs.push_back(
        ProjectFirstAttention(*head->as<DeformAttentionHeadImpl>(), config, query, references.select(2, index), maps));
  }
  return torch::stack(outputs, 2);
}

}  // namespace kpt::net
