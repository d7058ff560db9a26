#include "kpt/net/pyramid.h"

#include <torch/nn/functional/upsampling.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>

namespace kpt::net {

using torch::Tensor;

FeatureMaps FeatureMaps::Slice(std::int64_t begin, std::int64_t end) const {
  FeatureMaps part;
  part.sizes = sizes;
  part.values = values.slice(0, begin, end);
  for (const Tensor &level : levels) part.levels.push_back(level.slice(0, begin, end));
  return part;
}

PyramidImpl::PyramidImpl(const std::vector<int> &in_channels, int channels) {
  for (std::size_t i = 0; i < in_channels.size(); ++i) {
    torch::nn::Conv2d projection(torch::nn::Conv2dOptions(in_channels[i], channels, 1));
    torch::nn::ModuleList item;  // the release wraps each projection in a container: backbone_projs.0.0.weight
    item->push_back(projection);
    register_module(std::to_string(i), item);
    weights_.push_back(projection->weight);
    biases_.push_back(projection->bias);
  }
}

FeatureMaps PyramidImpl::Forward(const std::vector<Tensor> &maps) {
  FeatureMaps pyramid;
  std::vector<Tensor> flat;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    Tensor level = torch::conv2d(maps[i], weights_[i], biases_[i]);
    if (i > 0) level = level + torch::upsample_nearest2d(pyramid.levels.back(), {level.size(2), level.size(3)});
    flat.push_back(level.flatten(2).transpose(1, 2));
    pyramid.sizes.push_back({level.size(2), level.size(3)});
    pyramid.levels.push_back(std::move(level));
  }
  pyramid.values = torch::cat(flat, 1);
  return pyramid;
}

}  // namespace kpt::net
