#include "conv_norm.h"

#include <cmath>

namespace kpt::net {

using torch::Tensor;

ConvWeightImpl::ConvWeightImpl(const std::vector<std::int64_t> &shape) {
  const double fan_in = static_cast<double>(shape[1] * shape[2] * shape[3]);
  weight = register_parameter("weight", torch::randn(shape) * std::sqrt(2.0 / fan_in));
}

FrozenNormImpl::FrozenNormImpl(std::int64_t channels) {
  weight = register_parameter("weight", torch::ones({channels}));
  bias = register_parameter("bias", torch::zeros({channels}));
  running_mean = register_buffer("running_mean", torch::zeros({channels}));
  running_var = register_buffer("running_var", torch::ones({channels}));
}

ConvNorm::ConvNorm(torch::nn::Module &parent, const std::string &conv_name, const std::string &norm_name,
                   const Options &options)
    : options_(options) {
  const std::int64_t kernel = options.kernel;
  conv_ = ConvWeight(std::vector<std::int64_t>{options.out, options.in / options.groups, kernel, kernel});
  norm_ = FrozenNorm(options.out);
  parent.register_module(conv_name, conv_);
  parent.register_module(norm_name, norm_);
}

ConvNorm::Folded ConvNorm::Compute() const {
  const Tensor scale = norm_->weight * torch::rsqrt(norm_->running_var + options_.epsilon);
  return {(conv_->weight * scale.view({-1, 1, 1, 1})).contiguous(at::MemoryFormat::ChannelsLast),
          norm_->bias - norm_->running_mean * scale};
}

void ConvNorm::Fold() { folded_ = Compute(); }

Tensor ConvNorm::operator()(const Tensor &x) const {
  const Folded folded = folded_.weight.defined() ? folded_ : Compute();
  const int overlap =
      options_.kernel - options_.stride;  // what `same` padding adds in all, for sizes that stride divides
  const bool uneven = options_.pad == Pad::kSame && overlap % 2 != 0;
  const std::int64_t before = overlap / 2;
  const std::int64_t after = overlap - before;
  const Tensor padded = uneven ? torch::constant_pad_nd(x, {before, after, before, after}) : x;
  const std::vector<std::int64_t> padding(2, uneven ? 0 : options_.kernel / 2);
  const std::vector<std::int64_t> stride(2, options_.stride);
  const std::vector<std::int64_t> dilation(2, 1);
  return torch::conv2d(padded, folded.weight, folded.bias, stride, padding, dilation, options_.groups);
}

}  // namespace kpt::net
