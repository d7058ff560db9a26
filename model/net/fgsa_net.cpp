#include "kpt/net/fgsa_net.h"

#include "kpt/net/transfer.h"

namespace kpt::net {

using torch::Tensor;

FgsaNetImpl::FgsaNetImpl(const NetConfig &config) : config_(config) {
  config_.Check();
  backbone_ = register_module("backbone", MakeBackbone(config.backbone));
  std::vector<int> channels;
  for (const int stride : config.strides) channels.push_back(backbone_->Channels(stride));
  pyramid_ = register_module("backbone_projs", Pyramid(channels, config.channels));
  predictor_ = register_module("predictor", Predictor(config));
  const Normalisation n = config.normalisation();
  mean_ = torch::tensor(n.mean).to(torch::kFloat).view({1, 3, 1, 1});
  scale_ = torch::tensor(n.std).reciprocal().to(torch::kFloat).view({1, 3, 1, 1});
}

Tensor FgsaNetImpl::Normalise(const Tensor &rgb) const {
  const Tensor planes = rgb.permute({0, 3, 1, 2}).to(torch::kFloat);  // keeps the memory order: channels_last
  return (planes - OnDevice(mean_, rgb.device())) * OnDevice(scale_, rgb.device());
}

FeatureMaps FgsaNetImpl::Features(const Tensor &images) {
  return pyramid_->Forward(backbone_->Forward(images, config_.strides));
}

SupportContext FgsaNetImpl::EncodeSupport(std::vector<FeatureMaps> maps, SupportAnnotations annotations) {
  return predictor_->EncodeSupport(std::move(maps), std::move(annotations));
}

NetOutput FgsaNetImpl::Forward(const SupportContext &support, const FeatureMaps &query, const Seeds &seeds) {
  return predictor_->Forward(support, query, seeds);
}

void FgsaNetImpl::PrepareForInference() {
  torch::NoGradGuard no_gradient;
  eval();
  backbone_->Fold();
  predictor_->PrepareForInference();
}

}  // namespace kpt::net
