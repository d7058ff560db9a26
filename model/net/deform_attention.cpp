#include "kpt/net/deform_attention.h"

#include <cmath>

#include "kpt/net/transfer.h"

namespace kpt::net {
namespace {

using torch::Tensor;

template <typename Get>
Tensor CatOf(const std::vector<DeformAttentionHead> &heads, Get get) {
  std::vector<Tensor> parts;
  parts.reserve(heads.size());
  for (const DeformAttentionHead &head : heads) parts.push_back(get(*head));
  return torch::cat(parts, 0);
}

/// Offsets start as a star: attention head m looks in direction m, sampling point p at p + 1 cells.
void InitialiseOffsets(torch::nn::Linear &offsets, const NetConfig &config) {
  torch::NoGradGuard no_gradient;
  const int heads = config.attention_heads;
  const Tensor angle = torch::arange(heads) * (2 * std::acos(-1.0) / heads);
  Tensor direction = torch::stack({angle.cos(), angle.sin()}, -1);
  direction = direction / std::get<0>(direction.abs().max(-1, true));
  const Tensor reach = torch::arange(1, config.sampling_points + 1).to(torch::kFloat);
  const Tensor star = direction.view({heads, 1, 1, 2}) * reach.view({1, 1, -1, 1});
  offsets->weight.zero_();
  offsets->bias.copy_(star.expand({heads, config.levels(), config.sampling_points, 2}).flatten());
}

}  // namespace

DeformAttentionHeadImpl::DeformAttentionHeadImpl(const NetConfig &config) {
  const int samples = config.attention_heads * config.levels() * config.sampling_points;
  sampling_offsets = register_module("sampling_offsets", torch::nn::Linear(config.channels, 2 * samples));
  attention_weights = register_module("attention_weights", torch::nn::Linear(config.channels, samples));
  value_proj = register_module("value_proj", torch::nn::Linear(config.channels, config.channels));
  output_proj = register_module("output_proj", torch::nn::Linear(config.channels, config.channels));
  InitialiseOffsets(sampling_offsets, config);
}

SideHeadsImpl::SideHeadsImpl(const NetConfig &config) : config_(config) {
  const auto list = register_module("attn_layers", std::make_shared<torch::nn::Module>());
  for (int h = 0; h < config.side_heads; ++h) {
    heads_.emplace_back(config);
    list->register_module(std::to_string(h), heads_.back());
  }
  if (config.side_heads > 1) {
    const auto holder = register_module("projector", std::make_shared<torch::nn::Module>());
    projector_ = torch::nn::Linear((config.side_heads - 1) * config.channels, config.channels);
    holder->register_module("0", projector_);
  }
}

SideHeadsImpl::Stacked SideHeadsImpl::Compute() const {
  const std::int64_t groups = config_.side_heads * config_.attention_heads;
  const std::int64_t channels = config_.channels;
  const std::int64_t head_channels = channels / config_.attention_heads;
  Stacked s;
  s.offsets_weight = CatOf(heads_, [](auto &h) { return h.sampling_offsets->weight; });
  s.offsets_bias = CatOf(heads_, [](auto &h) { return h.sampling_offsets->bias; });
  s.attention_weight = CatOf(heads_, [](auto &h) { return h.attention_weights->weight; });
  s.attention_bias = CatOf(heads_, [](auto &h) { return h.attention_weights->bias; });
  s.value_weight = CatOf(heads_, [](auto &h) { return h.value_proj->weight; })
                       .view({groups, head_channels, channels})
                       .transpose(1, 2);
  s.value_bias = CatOf(heads_, [](auto &h) { return h.value_proj->bias; }).view({groups, head_channels});
  s.output_weight = CatOf(heads_, [](auto &h) { return h.output_proj->weight; })
                        .view({config_.side_heads, channels, channels})
                        .transpose(1, 2);
  s.output_bias = CatOf(heads_, [](auto &h) { return h.output_proj->bias; }).view({config_.side_heads, 1, channels});
  return s;
}

void SideHeadsImpl::Stack() { stacked_ = Compute(); }

Tensor SideHeadsImpl::Heads(const Tensor &query, const Tensor &references, const FeatureMaps &maps) {
  const Stacked s = stacked_.offsets_weight.defined() ? stacked_ : Compute();
  const std::int64_t batch = query.size(0), keypoints = query.size(1), channels = config_.channels;
  const std::int64_t side = config_.side_heads, attention = config_.attention_heads, groups = side * attention;
  const std::int64_t levels = config_.levels(), points = config_.sampling_points;

  std::vector<float> cells;  // offsets count cells of their level
  for (const auto &[height, width] : maps.sizes)
    cells.insert(cells.end(), {static_cast<float>(width), static_cast<float>(height)});
  const Tensor cell_count = OnDevice(torch::tensor(cells), query.device()).to(query.dtype()).view({levels, 1, 2});

  const Tensor offsets = torch::linear(query, s.offsets_weight, s.offsets_bias)
                             .view({batch, keypoints, side, attention, levels, points, 2});
  const Tensor locations = (references.view({batch, keypoints, side, 1, 1, 1, 2}) + offsets / cell_count)
                               .view({batch, keypoints, groups, levels, points, 2});
  const Tensor weights = torch::linear(query, s.attention_weight, s.attention_bias)
                             .view({batch, keypoints, groups, levels * points})
                             .softmax(-1)
                             .view({batch, keypoints, groups, levels, points});
  const Gathered gathered = DeformGather(maps.values, maps.sizes, locations, weights);

  // Group m of head h: W_m g_m + b_m * (what fell inside); then each head's output projection.
  const std::int64_t rows = batch * keypoints;
  const Tensor features = gathered.features.view({rows, groups, channels}).transpose(0, 1);  // [G, rows, C]
  const Tensor values = torch::bmm(features, s.value_weight) +
                        gathered.inside.view({rows, groups}).t().unsqueeze(-1) * s.value_bias.unsqueeze(1);
  const Tensor joined = values.view({side, attention, rows, channels / attention})
                            .transpose(1, 2)
                            .reshape({side, rows, channels});  // [H, rows, C]
  return (torch::bmm(joined, s.output_weight) + s.output_bias)
      .transpose(0, 1)
      .reshape({batch, keypoints, side, channels});
}

Tensor SideHeadsImpl::forward(const Tensor &query, const Tensor &references, const FeatureMaps &maps) {
  const Tensor heads = Heads(query, references, maps);
  const Tensor own = heads.select(2, 0);
  if (config_.side_heads == 1) return own;
  return own + torch::relu(projector_(heads.slice(2, 1).flatten(2)));
}

}  // namespace kpt::net
