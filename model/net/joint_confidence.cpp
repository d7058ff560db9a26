#include "kpt/net/joint_confidence.h"

#include "kpt/net/layout_prior.h"

namespace kpt::net {
namespace {

using torch::Tensor;

constexpr int kEvidence = 6;  // what EvidenceOf stacks
constexpr int kHidden = 16;
constexpr double kLeastWeight = 0.05;  // in the fit, of a point that nothing speaks for
constexpr double kLogitScale = 0.25;   // these bring the evidence to about one
constexpr double kDistanceScale = 4;

/// What is known of each point and of all together: [B, K, kEvidence], about one in size.
Tensor EvidenceOf(const Tensor &logits, const Tensor &points, const Tensor &layout, const Tensor &known) {
  const Tensor counts = known.to(points.dtype());
  const Tensor sureness = (logits.sigmoid() + kLeastWeight) * counts;
  const LayoutFit fit = FitMostOfLayout(layout, points, sureness);
  const Tensor squared = (points - fit.points).square().sum(-1);
  const auto mean = [&](const Tensor &x) {
    return ((x * counts).sum(-1, true) / counts.sum(-1, true).clamp_min(1)).expand_as(x);
  };
  const Tensor sure = logits * kLogitScale;
  const Tensor off = (squared + 1e-8).sqrt().sqrt() * kDistanceScale;  // the root tells near distances apart
  const Tensor size = (fit.cosine.square() + fit.sine.square() + 1e-6).log() / 2;
  const Tensor turn = torch::atan2(fit.sine, fit.cosine + 1e-6).abs();
  return torch::stack({sure, off, mean(sure), mean(off), size.expand_as(sure), turn.expand_as(sure)}, -1);
}

}  // namespace

JointConfidenceImpl::JointConfidenceImpl() {
  mlp_ = register_module("mlp", Mlp(std::vector<int>{kEvidence, kHidden, 1}, "layers", 1));
  torch::NoGradGuard no_gradient;
  mlp_->last()->weight.zero_();
  mlp_->last()->bias.zero_();
}

Tensor JointConfidenceImpl::forward(const Tensor &logits, const Tensor &points, const Tensor &layout,
                                    const Tensor &known) {
  return logits + mlp_(EvidenceOf(logits.detach(), points.detach(), layout, known)).squeeze(-1);
}

}  // namespace kpt::net
