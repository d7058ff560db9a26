// A convolution and the batch norm behind it, as two named modules that compute as one folded convolution. Private to
// the backbones.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <string>

namespace kpt::net {

/// Holds a convolution's weight under a checkpoint's name.
struct ConvWeightImpl : torch::nn::Module {
  explicit ConvWeightImpl(const std::vector<std::int64_t> &shape);
  torch::Tensor weight;
};
TORCH_MODULE(ConvWeight);

/// Holds a batch norm with frozen statistics.
struct FrozenNormImpl : torch::nn::Module {
  explicit FrozenNormImpl(std::int64_t channels);
  torch::Tensor weight, bias, running_mean, running_var;
};
TORCH_MODULE(FrozenNorm);

/// The two of them. `kSame` pads as TensorFlow does: more behind than in front where the total is odd.
class ConvNorm {
 public:
  enum class Pad { kSymmetric, kSame };
  struct Options {
    std::int64_t in = 0, out = 0;
    int kernel = 1, stride = 1;
    std::int64_t groups = 1;
    Pad pad = Pad::kSymmetric;
    double epsilon = 1e-5;
  };

  ConvNorm() = default;
  /// Registers the modules `conv_name` and `norm_name` in `parent`.
  ConvNorm(torch::nn::Module &parent, const std::string &conv_name, const std::string &norm_name,
           const Options &options);

  torch::Tensor operator()(const torch::Tensor &x) const;
  void Fold();

 private:
  struct Folded {
    torch::Tensor weight, bias;
  };
  Folded Compute() const;

  Options options_;
  ConvWeight conv_{nullptr};
  FrozenNorm norm_{nullptr};
  Folded folded_;
};

}  // namespace kpt::net
