// The YAML configuration of a training run. Private to kpt_train. Plain C++ and yaml-cpp.
#pragma once

#include <string>
#include <vector>

#include "kpt/net/net_config.h"
#include "kpt/train/episode_options.h"
#include "kpt/train/trainer.h"

namespace kpt::train {

struct EvaluationConfig {
  std::vector<std::string> files;       ///< annotations.json files of kinds that are not trained on
  std::vector<std::string> categories;  ///< only these; empty: all of the files
  int pairs = 20;
};

struct TrainConfig {
  std::string data_root;         ///< absolute; what "data:" paths start from
  std::string backbone_weights;  ///< safetensors from `kpt convert`; empty: random
  std::string start_weights;     ///< a whole network to go on from with a fresh optimiser; empty: none
  net::NetConfig net;
  TrainerOptions trainer;
  EpisodeOptions episodes;
  PhotoOptions photos;
  LabelledOptions labelled;  ///< photographs of real objects
  LabelledOptions rendered;  ///< cut-out objects, put before photographs
  double photo_share = 0.7;  ///< how often each source is drawn, in relation to the others
  double labelled_share = 0.3;
  double rendered_share = 0;
  VideoOptions video;
  double video_share = 0;
  EvaluationConfig evaluation;
  int threads = 0;  ///< of the network; 0: one a core
  int workers = 1;  ///< threads that make episodes
};

/// `data_root`: what "data:" paths start from, instead of the file's own `data_root`; empty: the file's. Other relative
/// paths start from the file's folder. A file that names a `base` says only what differs from that one. Throws Error
/// (kNotFound, kInput) naming file, line and key; unknown keys are errors. `settings`: "section.key=value", instead of
/// the file's.
TrainConfig ReadTrainConfig(const std::string &path, const std::string &data_root,
                            const std::vector<std::string> &settings = {});

}  // namespace kpt::train
