// The training loop: episodes in, weights, checkpoints and a curve out. Includes Torch; knows no pictures and no YAML.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kpt/net/fgsa_net.h"
#include "kpt/train/episode_queue.h"
#include "kpt/train/losses.h"

namespace kpt::train {

struct TrainerOptions {
  std::string folder;  ///< of the run: checkpoint/, curve.csv, weights
  int total_steps = 20000;
  double max_minutes =
      0;  ///< of the whole run, resumptions included; 0: no limit. The schedule ends at whichever is first
  int batch = 12;
  int warmup_steps = 200;
  double learning_rate = 6e-4;
  double backbone_rate_factor = 0.15;
  double weight_decay = 1e-4;  ///< of matrices; biases and norms have none
  double clip_norm = 1;
  double ema_decay = 0.999;
  int frozen_stages = 3;   ///< of the backbone
  std::string learn_only;  ///< parameters whose names begin so, with everything else frozen; empty: all
  std::uint64_t seed = 1;
  double checkpoint_minutes = 5;
  double evaluation_minutes = 15;
  int log_steps = 50;
  LossWeights losses;
};

/// One line of the curve: what was measured at a step.
struct CurvePoint {
  std::int64_t step = 0;
  double minutes = 0;
  std::map<std::string, double> values;  ///< "loss", "points", ..., and what the evaluation returned
};

/// The learning rate's factor at a step: linear warm-up, then a cosine down to zero at progress 1.
double ScheduleFactor(std::int64_t step, int warmup_steps, double progress);

class Trainer {
 public:
  /// Called with the averaged (EMA) weights, in evaluation mode; returns named figures. "score" picks the best weights.
  using Evaluation = std::function<std::map<std::string, double>(net::FgsaNet &)>;
  /// Makes the stream of episodes from number `first` on.
  using MakeEpisodes = std::function<std::unique_ptr<EpisodeQueue>(std::uint64_t first)>;

  Trainer(net::FgsaNet net, const TrainerOptions &options);
  ~Trainer();

  /// Goes on from the folder's last checkpoint; false where there is none. Throws Error(kModel) for a broken one.
  bool Resume();

  /// Trains until the schedule ends or `stop` says so, writing a checkpoint then too. `on_curve` gets every new curve
  /// point, after it was added to curve.csv.
  void Run(const MakeEpisodes &make_episodes, const Evaluation &evaluate,
           const std::function<void(const CurvePoint &)> &on_curve, const std::function<bool()> &stop);

  std::int64_t step() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kpt::train
