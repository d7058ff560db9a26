#include "kpt/net/predictor.h"

#include "kpt/net/positions.h"

namespace kpt::net {
namespace {

using torch::Tensor;

constexpr double kLogitMargin = 1e-3;      // the release clamps points to [margin, 1 - margin] before the logit
constexpr double kMinVisibilitySum = 0.1;  // of the average over shots

/// Average over shots, weighted by visibility: [S, B, K, C], [S, B, K] -> [B, K, C].
Tensor AverageShots(const Tensor &features, const Tensor &visible) {
  const Tensor weight = visible.to(features.dtype()).unsqueeze(-1);
  return (features * weight).sum(0) / weight.sum(0).clamp_min(kMinVisibilitySum);
}

/// x with `batch` items: itself, or one item repeated without a copy.
Tensor WithBatch(const Tensor &x, std::int64_t batch) {
  if (x.size(0) == batch) return x;
  std::vector<std::int64_t> sizes(x.dim(), -1);
  sizes[0] = batch;
  return x.expand(sizes);
}

Tensor Standardised(const Tensor &x) { return torch::layer_norm(x, {x.size(-1)}); }

}  // namespace

PredictorImpl::PredictorImpl(const NetConfig &config) : config_(config) {
  const int c = config.channels;
  const auto list = [this](const char *name) { return register_module(name, std::make_shared<torch::nn::Module>()); };
  const auto support = list("support_layers");
  const auto query = list("decoder_layers");
  const auto points = list("kpt_branch");
  for (int l = 0; l < config.layers; ++l) {
    const std::string index = std::to_string(l);
    if (l == 0 || config.support_mining) support->register_module(index, support_layers_.emplace_back(config));
    query->register_module(index, query_layers_.emplace_back(config));
    points->register_module(index, point_branches_.emplace_back(std::vector<int>{c, c, c, c, 2}, "mlp", 2));
    torch::NoGradGuard no_gradient;
    point_branches_.back()->last()->weight.mul_(0.1);  // a new network starts by trusting its first points
    point_branches_.back()->last()->bias.zero_();
  }
  position_projection_ = register_module("pos_embed_proj", Mlp(std::vector<int>{c, c, c}, "layers", 1));
  if (config.confidence) {
    const auto confidence = list("confidence_branch");
    for (int l = 0; l < config.layers; ++l) {
      confidence->register_module(std::to_string(l),
                                  confidence_branches_.emplace_back(std::vector<int>{4 * c, c, 1}, "mlp", 2));
    }
  }
  if (config.joint_confidence) joint_confidence_ = register_module("joint_confidence", JointConfidence());
  if (config.seed_vector) seed_vector_ = register_parameter("seed_vector", torch::zeros({c}));
  if (config.proposal) proposal_ = register_module("proposal", Proposal(config));
}

void PredictorImpl::PrepareForInference() {
  for (Miner &miner : support_layers_) miner->PrepareForInference();
  for (Miner &miner : query_layers_) miner->PrepareForInference();
}

Tensor PredictorImpl::Positions(const Tensor &points) {
  return position_projection_(SineCode(points, config_.channels)) +
         QueryOrder(points.size(1), config_.channels, points.options());
}

Tensor PredictorImpl::MineSupport(std::size_t layer, const Tensor &features, const SupportContext &support) {
  const SupportAnnotations &a = support.annotations;
  const std::int64_t batch = features.size(0);
  std::vector<Tensor> shots;
  for (std::int64_t s = 0; s < a.points.size(0); ++s) {
    const Tensor points = a.points[s];
    const MinerInputs inputs{WithBatch(Positions(points), batch), WithBatch(points, batch),
                             WithBatch(a.linked_refs[s], batch), WithBatch(~a.visible[s], batch)};
    shots.push_back(support_layers_[layer](features, inputs, support.maps[s]));
  }
  return torch::stack(shots);
}

SupportContext PredictorImpl::EncodeSupport(std::vector<FeatureMaps> maps, SupportAnnotations annotations) {
  SupportContext support{std::move(annotations), std::move(maps), {}, {}, {}};
  std::vector<Tensor> raw;
  for (std::size_t s = 0; s < support.maps.size(); ++s) {
    raw.push_back(SampleLevelMean(support.maps[s].values, support.maps[s].sizes,
                                  support.annotations.points[static_cast<std::int64_t>(s)]));
  }
  support.initial_features = AverageShots(torch::stack(raw), support.annotations.visible);
  support.first_features = MineSupport(0, support.initial_features, support);
  if (proposal_) {
    const Tensor &visible = support.annotations.visible;
    support.proposal = {proposal_->Keys(support.initial_features, AverageShots(support.first_features, visible)),
                        AverageShots(support.annotations.points, visible), visible.any(0)};
  }
  return support;
}

Tensor PredictorImpl::InitialPoints(const SupportContext &support, const FeatureMaps &query, const Seeds &seeds,
                                    NetOutput *out) {
  const bool all_seeded = seeds.points.defined() && !seeds.seeded.defined();
  if (all_seeded) return seeds.points;
  const std::int64_t batch = query.values.size(0);
  Tensor points;
  if (proposal_) {
    out->proposal_logits = proposal_->Logits(support.proposal, query, seeds.without_layout);
    points = proposal_->Points(out->proposal_logits.detach(), query);
  } else {
    points = torch::full({batch, support.initial_features.size(1), 2}, 0.5, query.values.options());
  }
  if (!seeds.points.defined()) return points;
  return torch::where(seeds.seeded.view({-1, 1, 1}), seeds.points, points);
}

Tensor PredictorImpl::Confidence(std::size_t layer, const Tensor &features, const Tensor &support_raw,
                                 const FeatureMaps &query, const Tensor &points) {
  // What was marked against what is there now: the same raw features, side by side and multiplied.
  const Tensor marked = Standardised(support_raw).expand_as(features);
  const Tensor found = Standardised(SampleLevelMean(query.values, query.sizes, points));
  return confidence_branches_[layer](torch::cat({features, marked, found, marked * found}, -1)).squeeze(-1);
}

NetOutput PredictorImpl::Forward(const SupportContext &support, const FeatureMaps &query, const Seeds &seeds) {
  NetOutput out;
  const std::int64_t batch = query.values.size(0);
  const Tensor &visible = support.annotations.visible;
  out.initial_points = InitialPoints(support, query, seeds, &out);

  Tensor points = out.initial_points;
  Tensor mined = support.first_features;
  Tensor features;
  for (std::size_t l = 0; l < query_layers_.size(); ++l) {
    if (l == 0 || config_.support_mining) {
      if (l > 0) mined = MineSupport(l, features, support);
      out.support_features.push_back(mined);
      features = WithBatch(AverageShots(mined, visible), batch);
    }
    if (l == 0 && seed_vector_.defined() && seeds.points.defined()) {
      features = seeds.seeded.defined() ? features + seeds.seeded.view({-1, 1, 1}).to(features.dtype()) * seed_vector_
                                        : features + seed_vector_;
    }
    const Tensor linked = WithBatch(support.annotations.linked_refs[-1], batch);
    features = query_layers_[l](features, MinerInputs{Positions(points), points, linked, {}}, query);
    out.query_features.push_back(features);
    points = torch::sigmoid(torch::logit(points, kLogitMargin) + point_branches_[l](features));
    out.points.push_back(points);
    points = points.detach();
    if (config_.confidence) {
      out.confidence_logits.push_back(Confidence(l, features, support.initial_features, query, points));
    }
  }
  if (joint_confidence_) {
    Tensor &logits = out.confidence_logits.back();
    logits = joint_confidence_(logits, points, support.proposal.layout, support.proposal.known);
  }
  return out;
}

}  // namespace kpt::net
