// EfficientNet-Lite0 (no squeeze-and-excitation, ReLU6, fixed stem), with the names of its PyTorch checkpoint.
#include <torch/nn/modules/container/modulelist.h>

#include "conv_norm.h"
#include "kpt/base/error.h"
#include "kpt/net/backbone.h"

namespace kpt::net {
namespace {

using torch::Tensor;

constexpr double kEpsilon = 1e-3;
constexpr int kStemChannels = 32;

struct StageSpec {
  int blocks, kernel, stride, expand, out;
};
constexpr StageSpec kStages[] = {{1, 3, 1, 1, 16},  {2, 3, 2, 6, 24},  {2, 5, 2, 6, 40}, {3, 3, 2, 6, 80},
                                 {3, 5, 1, 6, 112}, {4, 5, 2, 6, 192}, {1, 3, 1, 6, 320}};
/// The stage whose output is the deepest at a stride.
struct Tap {
  int stride, stage;
};
constexpr Tap kTaps[] = {{4, 1}, {8, 2}, {16, 4}, {32, 6}};

Tensor Relu6(Tensor x) { return torch::hardtanh_(x, 0, 6); }

/// Inverted residual: expand, depthwise, project.
struct BlockImpl : torch::nn::Module {
  BlockImpl(int in, int out, int kernel, int stride, int expand) : residual(stride == 1 && in == out) {
    const int wide = in * expand;
    if (expand != 1)
      expand_conv = ConvNorm(*this, "_expand_conv", "_bn0", {in, wide, 1, 1, 1, ConvNorm::Pad::kSame, kEpsilon});
    expands = expand != 1;
    depthwise =
        ConvNorm(*this, "_depthwise_conv", "_bn1", {wide, wide, kernel, stride, wide, ConvNorm::Pad::kSame, kEpsilon});
    project = ConvNorm(*this, "_project_conv", "_bn2", {wide, out, 1, 1, 1, ConvNorm::Pad::kSame, kEpsilon});
  }

  Tensor Forward(const Tensor &x) {
    const Tensor wide = expands ? Relu6(expand_conv(x)) : x;
    const Tensor y = project(Relu6(depthwise(wide)));
    return residual ? y + x : y;
  }

  void Fold() {
    if (expands) expand_conv.Fold();
    depthwise.Fold();
    project.Fold();
  }

  bool residual;
  bool expands = false;
  ConvNorm expand_conv, depthwise, project;
};
TORCH_MODULE(Block);

class EfficientNetLite0 : public BackboneImpl {
 public:
  EfficientNetLite0() {
    stem_ = ConvNorm(*this, "_conv_stem", "_bn0", {3, kStemChannels, 3, 2, 1, ConvNorm::Pad::kSame, kEpsilon});
    register_module("_blocks", blocks_);
    int in = kStemChannels;
    for (const StageSpec &stage : kStages) {
      for (int i = 0; i < stage.blocks; ++i) {
        blocks_->push_back(Block(in, stage.out, stage.kernel, i == 0 ? stage.stride : 1, stage.expand));
        in = stage.out;
      }
    }
  }

  std::vector<Tensor> Forward(const Tensor &images, const std::vector<int> &strides) override {
    std::vector<Tensor> stages;
    Tensor x;
    std::size_t block = 0;
    for (std::size_t s = 0; s < std::size(kStages); ++s) {
      const bool frozen = static_cast<int>(s) < frozen_stages_;
      torch::AutoGradMode mode(torch::GradMode::is_enabled() && !frozen);
      if (s == 0) x = Relu6(stem_(images));
      for (int i = 0; i < kStages[s].blocks; ++i) x = blocks_->at<BlockImpl>(block++).Forward(x);
      stages.push_back(x);
    }
    std::vector<Tensor> maps;
    for (const int stride : strides) maps.push_back(stages[TapOf(stride).stage]);
    return maps;
  }

  int Channels(int stride) const override { return kStages[TapOf(stride).stage].out; }

  void Freeze(int stages) override {
    frozen_stages_ = stages;
    if (stages <= 0) return;
    for (const char *name : {"_conv_stem", "_bn0"}) {
      for (Tensor &p : named_children()[name]->parameters()) p.set_requires_grad(false);
    }
    std::size_t block = 0;
    for (int s = 0; s < stages && s < static_cast<int>(std::size(kStages)); ++s) {
      for (int i = 0; i < kStages[s].blocks; ++i) {
        for (Tensor &p : blocks_[block]->parameters()) p.set_requires_grad(false);
        ++block;
      }
    }
  }

  void Fold() override {
    stem_.Fold();
    for (std::size_t i = 0; i < blocks_->size(); ++i) blocks_->at<BlockImpl>(i).Fold();
  }

 private:
  static const Tap &TapOf(int stride) {
    for (const Tap &tap : kTaps) {
      if (tap.stride == stride) return tap;
    }
    throw Error(ErrorCode::kModel, "efficientnet_lite0 has no map at stride " + std::to_string(stride));
  }

  ConvNorm stem_;
  torch::nn::ModuleList blocks_;
  int frozen_stages_ = 0;
};

}  // namespace

Backbone MakeEfficientNetLite0() { return std::make_shared<EfficientNetLite0>(); }

Backbone MakeBackbone(const std::string &name) {
  if (name == "efficientnet_lite0") return MakeEfficientNetLite0();
  if (name == "resnet50") return MakeResNet50();
  throw Error(ErrorCode::kModel, "unknown backbone '" + name + "'; known: efficientnet_lite0, resnet50");
}

}  // namespace kpt::net
