// ResNet-50 with torchvision's names, without the classifier.
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/container/sequential.h>

#include "conv_norm.h"
#include "kpt/base/error.h"
#include "kpt/net/backbone.h"

namespace kpt::net {
namespace {

using torch::Tensor;

constexpr int kBlocksOfStage[] = {3, 4, 6, 3};
constexpr int kExpansion = 4;

Tensor Relu(Tensor x) { return x.relu_(); }

/// The shortcut of a stage's first block: `downsample.0` and `downsample.1`.
struct DownsampleImpl : torch::nn::Module {
  DownsampleImpl(int in, int out, int stride) : conv(*this, "0", "1", {in, out, 1, stride}) {}
  ConvNorm conv;
};
TORCH_MODULE(Downsample);

struct BottleneckImpl : torch::nn::Module {
  BottleneckImpl(int in, int width, int stride)
      : conv1(*this, "conv1", "bn1", {in, width, 1, 1}),
        conv2(*this, "conv2", "bn2", {width, width, 3, stride}),
        conv3(*this, "conv3", "bn3", {width, width * kExpansion, 1, 1}) {
    if (stride != 1 || in != width * kExpansion)
      downsample = register_module("downsample", Downsample(in, width * kExpansion, stride));
  }

  Tensor Forward(const Tensor &x) {
    const Tensor y = conv3(Relu(conv2(Relu(conv1(x)))));
    return Relu(y + (downsample ? downsample->conv(x) : x));
  }

  void Fold() {
    conv1.Fold();
    conv2.Fold();
    conv3.Fold();
    if (downsample) downsample->conv.Fold();
  }

  ConvNorm conv1, conv2, conv3;
  Downsample downsample{nullptr};
};
TORCH_MODULE(Bottleneck);

class ResNet50 : public BackboneImpl {
 public:
  ResNet50() : stem_(*this, "conv1", "bn1", {3, 64, 7, 2}) {
    int in = 64;
    for (int s = 0; s < 4; ++s) {
      torch::nn::ModuleList stage;
      const int width = 64 << s;
      for (int i = 0; i < kBlocksOfStage[s]; ++i) {
        stage->push_back(Bottleneck(in, width, i == 0 && s > 0 ? 2 : 1));
        in = width * kExpansion;
      }
      stages_.push_back(register_module("layer" + std::to_string(s + 1), stage));
    }
  }

  std::vector<Tensor> Forward(const Tensor &images, const std::vector<int> &strides) override {
    Tensor x;
    std::vector<Tensor> outputs;
    for (int s = 0; s < 4; ++s) {
      torch::AutoGradMode mode(torch::GradMode::is_enabled() && s >= frozen_stages_);
      if (s == 0) x = torch::max_pool2d(Relu(stem_(images)), 3, 2, 1);
      for (std::size_t i = 0; i < stages_[s]->size(); ++i) x = stages_[s]->at<BottleneckImpl>(i).Forward(x);
      outputs.push_back(x);
    }
    std::vector<Tensor> maps;
    for (const int stride : strides) maps.push_back(outputs[StageOf(stride)]);
    return maps;
  }

  int Channels(int stride) const override { return (64 << StageOf(stride)) * kExpansion; }

  void Freeze(int stages) override {
    frozen_stages_ = stages;
    if (stages <= 0) return;
    for (const char *name : {"conv1", "bn1"}) {
      for (Tensor &p : named_children()[name]->parameters()) p.set_requires_grad(false);
    }
    for (int s = 0; s < stages && s < 4; ++s) {
      for (Tensor &p : stages_[s]->parameters()) p.set_requires_grad(false);
    }
  }

  void Fold() override {
    stem_.Fold();
    for (auto &stage : stages_) {
      for (std::size_t i = 0; i < stage->size(); ++i) stage->at<BottleneckImpl>(i).Fold();
    }
  }

 private:
  static int StageOf(int stride) {
    for (int s = 0; s < 4; ++s) {
      if (stride == 4 << s) return s;
    }
    throw Error(ErrorCode::kModel, "resnet50 has no map at stride " + std::to_string(stride));
  }

  ConvNorm stem_;
  std::vector<torch::nn::ModuleList> stages_;
  int frozen_stages_ = 0;
};

}  // namespace

Backbone MakeResNet50() { return std::make_shared<ResNet50>(); }

}  // namespace kpt::net
