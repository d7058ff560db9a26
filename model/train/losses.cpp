#include "kpt/train/losses.h"

namespace kpt::train {
namespace {

using torch::Tensor;

constexpr double kProposalSigmaCells = 1;

Tensor WeightedMean(const Tensor &values, const Tensor &weights) {
  return (values * weights).sum() / weights.sum().clamp_min(1);
}

/// Right is: shown, not covered, and near the truth. Everything else, an absent object included, is not.
Tensor ConfidenceLoss(const Tensor &logits, const Tensor &points, const Batch &batch, double within) {
  const Tensor near = (points.detach() - batch.target).norm(2, -1) < within;
  const Tensor right = (near & batch.shown & ~batch.covered).to(logits.dtype());
  const Tensor counts = (batch.support.visible.any(0)).to(logits.dtype());  // slots that no shot marks say nothing
  return WeightedMean(torch::binary_cross_entropy_with_logits(logits, right, {}, {}, at::Reduction::None), counts);
}

Tensor ProposalLoss(const Tensor &logits, const Batch &batch, std::array<std::int64_t, 2> size) {
  const auto [height, width] = size;
  const Tensor x = (torch::arange(width, logits.options()) + 0.5);
  const Tensor y = (torch::arange(height, logits.options()) + 0.5);
  const Tensor dx = batch.target.select(-1, 0).unsqueeze(-1) * width - x;   // [B, K, w] in cells
  const Tensor dy = batch.target.select(-1, 1).unsqueeze(-1) * height - y;  // [B, K, h]
  const double scale = -0.5 / (kProposalSigmaCells * kProposalSigmaCells);
  const Tensor gaussian = ((dy * dy * scale).exp().unsqueeze(-1) * (dx * dx * scale).exp().unsqueeze(-2)).flatten(2);
  const Tensor truth = gaussian / gaussian.sum(-1, true).clamp_min(1e-6);
  const Tensor cross_entropy = -(truth * logits.log_softmax(-1)).sum(-1);
  return WeightedMean(cross_entropy, (batch.shown & ~batch.covered).to(logits.dtype()));
}

}  // namespace

Losses ComputeLosses(const net::NetOutput &output, const Batch &batch, std::array<std::int64_t, 2> proposal_size,
                     const LossWeights &weights) {
  const Tensor shown = batch.shown.to(batch.target.dtype());
  const Tensor seen = shown * (1 - (1 - weights.covered) * batch.covered.to(shown.dtype()));
  const Tensor real = batch.real.to(shown.dtype());

  Losses losses;
  losses.points = losses.mixup = torch::zeros({});
  for (const Tensor &points : output.points) {
    const Tensor distance = (points - batch.target).abs().sum(-1);
    losses.points = losses.points + WeightedMean(distance, seen * real);
    losses.mixup = losses.mixup + WeightedMean(distance, seen * (1 - real));
  }
  losses.total = losses.points + weights.mixup * losses.mixup;
  if (!output.confidence_logits.empty()) {
    losses.confidence = torch::zeros({});
    for (std::size_t l = 0; l < output.confidence_logits.size(); ++l) {
      losses.confidence = losses.confidence + ConfidenceLoss(output.confidence_logits[l], output.points[l], batch,
                                                             weights.confident_within);
    }
    losses.total = losses.total + weights.confidence * losses.confidence;
  }
  if (output.proposal_logits.defined()) {
    losses.proposal = ProposalLoss(output.proposal_logits, batch, proposal_size);
    losses.total = losses.total + weights.proposal * losses.proposal;
  }
  return losses;
}

}  // namespace kpt::train
