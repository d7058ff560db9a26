#include "train_command.h"

#include <atomic>
#include <csignal>
#include <iostream>
#include <memory>

#include "kpt/base/error.h"
#include "kpt/train/run_training.h"

namespace {

std::atomic<bool> stop_requested = false;

}  // namespace

void AddTrainCommand(CLI::App &app, int *exit_code) {
  auto options = std::make_shared<kpt::train::RunOptions>();
  CLI::App *command = app.add_subcommand("train", "Trains a network as a YAML configuration says");
  command->add_option("config", options->config, "configuration file (configs/train-small.yaml)")->required();
  command->add_option("--data-root", options->data_root, "folder of the training data, instead of the configuration's");
  command->add_flag("--resume", options->resume, "go on from the run's last checkpoint");
  command->callback([options, exit_code] {
    std::signal(SIGINT, [](int) { stop_requested = true; });
    std::signal(SIGTERM, [](int) { stop_requested = true; });
    options->stop = [] { return stop_requested.load(); };
    try {
      kpt::train::RunTraining(*options);
      *exit_code = stop_requested ? 130 : 0;
    } catch (const kpt::Error &error) {
      std::cerr << "kpt train: " << error.what() << '\n';
      *exit_code = error.code() == kpt::ErrorCode::kModel ? 4 : 3;
    }
  });
}
