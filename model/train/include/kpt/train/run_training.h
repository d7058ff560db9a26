// `kpt train`: a YAML configuration in, a trained network out. No Torch, no OpenCV in this header.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace kpt::train {

struct RunOptions {
  std::string config;                                 ///< YAML file
  std::string data_root;                              ///< instead of the configuration's; empty: as configured
  std::vector<std::string> settings;                  ///< "section.key=value", instead of the configuration's
  bool resume = false;                                ///< go on from the run's last checkpoint
  std::function<bool()> stop = [] { return false; };  ///< asked after each step
};

/// Trains until the schedule ends. Throws Error (kNotFound, kInput, kModel, kInvalidArgument) naming file and field.
void RunTraining(const RunOptions &options);

}  // namespace kpt::train
