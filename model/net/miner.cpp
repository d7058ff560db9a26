#include "kpt/net/miner.h"

#include <torch/nn/init.h>

#include <cmath>
#include <limits>

namespace kpt::net {

using torch::Tensor;

SelfAttentionImpl::SelfAttentionImpl(int channels, int heads) : heads_(heads) {
  in_weight_ = register_parameter("in_proj_weight", torch::empty({3 * channels, channels}));
  in_bias_ = register_parameter("in_proj_bias", torch::zeros({3 * channels}));
  torch::nn::init::xavier_uniform_(in_weight_);
  out_proj_ = register_module("out_proj", torch::nn::Linear(channels, channels));
}

Tensor SelfAttentionImpl::forward(const Tensor &query_key, const Tensor &value, const Tensor &hidden) {
  const std::int64_t batch = value.size(0), keypoints = value.size(1), channels = value.size(2);
  const auto split = [&](const Tensor &x) {
    return x.reshape({batch, keypoints, -1, channels / heads_}).transpose(1, 2);
  };
  const Tensor qk =
      split(torch::linear(query_key, in_weight_.slice(0, 0, 2 * channels), in_bias_.slice(0, 0, 2 * channels)));
  const Tensor v = split(torch::linear(value, in_weight_.slice(0, 2 * channels), in_bias_.slice(0, 2 * channels)));
  const Tensor q = qk.slice(1, 0, heads_);
  const Tensor k = qk.slice(1, heads_);
  Tensor scores = torch::matmul(q, k.transpose(-2, -1)) / std::sqrt(static_cast<double>(channels / heads_));
  if (hidden.defined()) {
    const Tensor mask = hidden & ~hidden.all(-1, true);  // a shot that sees nothing attends to everything, not to NaN
    scores = scores.masked_fill(mask.view({batch, 1, 1, keypoints}), -std::numeric_limits<float>::infinity());
  }
  return out_proj_(torch::matmul(scores.softmax(-1), v).transpose(1, 2).reshape({batch, keypoints, channels}));
}

MinerImpl::MinerImpl(const NetConfig &config) : head_count_(config.side_heads), dropout_(config.dropout) {
  const int channels = config.channels;
  const auto linear = [&](const char *name, int in, int out) {
    return register_module(name, torch::nn::Linear(in, out));
  };
  const auto norm = [&](const char *name) {
    return register_module(name, torch::nn::LayerNorm(torch::nn::LayerNormOptions({channels})));
  };
  self_attn_ = register_module("self_attn", SelfAttention(channels, config.self_attention_heads));
  self_norm1_ = norm("self_norm1");
  self_linear1_ = linear("self_linear1", channels, config.ffn);
  self_linear2_ = linear("self_linear2", config.ffn, channels);
  self_norm2_ = norm("self_norm2");
  side_heads_ = register_module("deform_attn", SideHeads(config));
  norm1_ = norm("norm1");
  linear1_ = linear("linear1", channels, config.ffn);
  linear2_ = linear("linear2", config.ffn, channels);
  norm2_ = norm("norm2");
}

Tensor MinerImpl::forward(const Tensor &features, const MinerInputs &in, const FeatureMaps &maps) {
  const auto drop = [this](const Tensor &x) { return dropout_ > 0 ? torch::dropout(x, dropout_, is_training()) : x; };
  Tensor x = features;
  x = self_norm1_(x + drop(self_attn_(x + in.positions, x, in.hidden)));
  x = self_norm2_(x + drop(self_linear2_(drop(torch::relu(self_linear1_(x))))));

  const std::int64_t batch = x.size(0), keypoints = x.size(1);
  const Tensor linked = in.linked_refs.slice(-1, 0, head_count_).reshape({batch, keypoints * head_count_, 1});
  const Tensor references = in.points.gather(1, linked.expand({-1, -1, 2})).view({batch, keypoints, head_count_, 2});
  x = norm1_(x + drop(side_heads_(x + in.positions, references, maps)));
  return norm2_(x + drop(linear2_(drop(torch::relu(linear1_(x))))));
}

}  // namespace kpt::net
