#include "kpt/train/trainer.h"

#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "checkpoint.h"
#include "kpt/base/error.h"
#include "kpt/net/weights.h"
#include "kpt/train/batch.h"
#include "weight_average.h"

namespace kpt::train {
namespace {

using torch::Tensor;

constexpr int kMaxBadSteps = 20;  // steps in a row whose loss is not a number

/// Matrices and the rest, of the backbone and of the head: four groups with their own rate and decay.
torch::optim::AdamW MakeOptimiser(const net::FgsaNet &net, const TrainerOptions &options) {
  std::vector<torch::optim::OptimizerParamGroup> groups;
  for (const bool backbone : {false, true}) {
    for (const bool matrix : {false, true}) {
      std::vector<Tensor> members;
      for (const auto &item : net->named_parameters()) {
        const bool in_backbone = item.key().rfind("backbone.", 0) == 0;
        if (item.value().requires_grad() && in_backbone == backbone && (item.value().dim() > 1) == matrix)
          members.push_back(item.value());
      }
      auto settings = std::make_unique<torch::optim::AdamWOptions>(options.learning_rate);
      settings->weight_decay(matrix ? options.weight_decay : 0);
      groups.emplace_back(members, std::move(settings));
    }
  }
  return torch::optim::AdamW(groups, torch::optim::AdamWOptions(options.learning_rate));
}

/// Throws Error(kInput) where no parameter's name begins with `prefix`.
void FreezeAllBut(const std::string &prefix, net::FgsaNet &net) {
  bool any = false;
  for (auto &item : net->named_parameters()) {
    const bool learns = item.key().rfind(prefix, 0) == 0;
    any |= learns;
    if (!learns) item.value().set_requires_grad(false);
  }
  if (!any) throw Error(ErrorCode::kInput, "trainer.learn_only: no parameter's name begins with '" + prefix + "'");
}

void SetRates(torch::optim::AdamW &optimiser, const TrainerOptions &options, double factor) {
  for (std::size_t g = 0; g < optimiser.param_groups().size(); ++g) {
    const double rate = options.learning_rate * factor * (g >= 2 ? options.backbone_rate_factor : 1);
    optimiser.param_groups()[g].options().set_lr(rate);
  }
}

/// Running sums of the losses since the last line of the curve.
class LossMeter {
 public:
  void Add(const Losses &losses) {
    Add("loss", losses.total);
    Add("points", losses.points);
    Add("mixup", losses.mixup);
    Add("confidence", losses.confidence);
    Add("proposal", losses.proposal);
    ++count_;
  }
  std::map<std::string, double> Take() {
    std::map<std::string, double> means;
    for (const auto &[name, sum] : sums_) means[name] = sum / std::max(1, count_);
    sums_.clear();
    count_ = 0;
    return means;
  }

 private:
  void Add(const char *name, const Tensor &value) {
    if (value.defined()) sums_[name] += value.item<double>();
  }
  std::map<std::string, double> sums_;
  int count_ = 0;
};

void AppendToCurve(const std::string &folder, const CurvePoint &point) {
  const std::filesystem::path path = std::filesystem::path(folder) / "curve.csv";
  const bool fresh = !std::filesystem::exists(path);
  std::ofstream file(path, std::ios::app);
  if (fresh) file << "step,minutes,name,value\n";
  for (const auto &[name, value] : point.values)
    file << point.step << ',' << point.minutes << ',' << name << ',' << value << '\n';
}

}  // namespace

struct Trainer::Impl {
  using Clock = std::chrono::steady_clock;

  Impl(net::FgsaNet trained, const TrainerOptions &o)
      : options(o), net(std::move(trained)), average(net), optimiser(Prepare()) {
    std::filesystem::create_directories(options.folder);
  }

  torch::optim::AdamW Prepare() {
    net->train(options.learn_only.empty());
    net->FreezeBackbone(options.frozen_stages);
    FreezeAllBut(options.learn_only, net);
    return MakeOptimiser(net, options);
  }

  double Progress() const {
    const double by_steps = static_cast<double>(state.step) / options.total_steps;
    const double by_time = options.max_minutes > 0 ? state.minutes / options.max_minutes : 0;
    return std::max(by_steps, by_time);
  }

  Losses Step(const Batch &batch) {
    const std::int64_t episodes = batch.target.size(0);
    const net::FeatureMaps features = net->Features(net->Normalise(batch.images));
    const std::int64_t shots = batch.support.points.size(0);
    std::vector<net::FeatureMaps> support;
    for (std::int64_t s = 0; s < shots; ++s) support.push_back(features.Slice(s * episodes, (s + 1) * episodes));
    const net::FeatureMaps query = features.Slice(shots * episodes, (shots + 1) * episodes);
    const net::NetOutput output =
        net->Forward(net->EncodeSupport(std::move(support), batch.support), query, batch.seeds);
    const std::int64_t side = net->config().crop_size / net->config().proposal_stride;
    return ComputeLosses(output, batch, {side, side}, options.losses);
  }

  /// One step of gradient descent; false where the loss is not a number and nothing was learned.
  bool Learn(const Batch &batch) {
    SetRates(optimiser, options, ScheduleFactor(state.step, options.warmup_steps, Progress()));
    const Losses losses = Step(batch);
    if (!std::isfinite(losses.total.item<double>())) return false;
    optimiser.zero_grad();
    losses.total.backward();
    const double norm = torch::nn::utils::clip_grad_norm_(net->parameters(), options.clip_norm);
    if (!std::isfinite(norm)) return false;
    optimiser.step();
    average.Update(net, options.ema_decay, state.step);
    meter.Add(losses);
    return true;
  }

  void Save() { SaveCheckpoint(options.folder, net, average.net(), optimiser, state); }

  /// Evaluates the averaged weights and keeps them where they are the best so far.
  std::map<std::string, double> Evaluate(const Evaluation &evaluate) {
    torch::NoGradGuard no_gradient;
    auto figures = evaluate(average.net());
    const auto score = figures.find("score");
    if (score != figures.end() && score->second > state.best_score) {
      state.best_score = score->second;
      net::SaveNet(options.folder + "/best.safetensors", average.net(), {{"train.step", std::to_string(state.step)}},
                   true);
    }
    return figures;
  }

  TrainerOptions options;
  net::FgsaNet net;
  WeightAverage average;
  torch::optim::AdamW optimiser;
  RunState state;
  LossMeter meter;
};

Trainer::Trainer(net::FgsaNet net, const TrainerOptions &options)
    : impl_(std::make_unique<Impl>(std::move(net), options)) {}
Trainer::~Trainer() = default;
std::int64_t Trainer::step() const { return impl_->state.step; }

bool Trainer::Resume() {
  Impl &m = *impl_;
  return LoadCheckpoint(m.options.folder, m.net, m.average.net(), m.optimiser, &m.state);
}

void Trainer::Run(const MakeEpisodes &make_episodes, const Evaluation &evaluate,
                  const std::function<void(const CurvePoint &)> &on_curve, const std::function<bool()> &stop) {
  Impl &m = *impl_;
  const auto started = Impl::Clock::now();
  const double minutes_before = m.state.minutes;
  double next_checkpoint = m.state.minutes + m.options.checkpoint_minutes;
  double next_evaluation = m.state.minutes + m.options.evaluation_minutes;
  double last_curve_minutes = m.state.minutes;
  std::int64_t last_curve_step = m.state.step;
  int bad_steps = 0;
  const auto episodes =
      make_episodes(static_cast<std::uint64_t>(m.state.step) * static_cast<std::uint64_t>(m.options.batch));

  const auto add_to_curve = [&](std::map<std::string, double> values) {
    const CurvePoint point{m.state.step, m.state.minutes, std::move(values)};
    AppendToCurve(m.options.folder, point);
    on_curve(point);
  };
  while (m.Progress() < 1 && !stop()) {
    const bool learned = m.Learn(MakeBatch(episodes->Take(m.options.batch)));
    bad_steps = learned ? 0 : bad_steps + 1;
    if (bad_steps >= kMaxBadSteps)
      throw Error(ErrorCode::kModel, "training diverged: the loss is not a number; lower learning_rate");
    ++m.state.step;
    m.state.minutes = minutes_before + std::chrono::duration<double>(Impl::Clock::now() - started).count() / 60;
    if (m.state.step % m.options.log_steps == 0) {
      auto values = m.meter.Take();
      const double seconds = (m.state.minutes - last_curve_minutes) * 60;
      values["episodes_per_second"] = static_cast<double>((m.state.step - last_curve_step) * m.options.batch) / seconds;
      last_curve_minutes = m.state.minutes;
      last_curve_step = m.state.step;
      add_to_curve(std::move(values));
    }
    if (m.state.minutes >= next_evaluation) {
      add_to_curve(m.Evaluate(evaluate));
      next_evaluation += m.options.evaluation_minutes;
    }
    if (m.state.minutes >= next_checkpoint) {
      m.Save();
      next_checkpoint = m.state.minutes + m.options.checkpoint_minutes;
    }
  }
  add_to_curve(m.Evaluate(evaluate));
  m.Save();
  net::SaveNet(m.options.folder + "/last.safetensors", m.average.net(), {{"train.step", std::to_string(m.state.step)}},
               true);
}

}  // namespace kpt::train
