// See train_command.h. The training itself is kpt/train/run_training.h.
#include "train_command.h"

#include <atomic>
#include <csignal>
#include <memory>

#include "command.h"
#include "kpt/train/run_training.h"

namespace {

std::atomic<bool> stop_requested = false;

kpt::tools::ExitCode Train(kpt::train::RunOptions options) {
  std::signal(SIGINT, [](int) { stop_requested = true; });
  std::signal(SIGTERM, [](int) { stop_requested = true; });
  options.stop = [] { return stop_requested.load(); };
  kpt::train::RunTraining(options);
  return stop_requested ? kpt::tools::kInterrupted : kpt::tools::kDone;
}

}  // namespace

void AddTrainCommand(CLI::App &app, int *exit_code) {
  auto options = std::make_shared<kpt::train::RunOptions>();
  CLI::App *command = app.add_subcommand("train", "Trains a network as a YAML configuration says");
  command->add_option("config", options->config, "configuration file (configs/train-small.yaml)")->required();
  command->add_option("--data-root", options->data_root, "folder of the training data, instead of the configuration's");
  command->add_option("--set", options->settings, "SECTION.KEY=VALUE: a setting instead of the file's; may be repeated")
      ->allow_extra_args(false);
  command->add_flag("--resume", options->resume, "go on from the run's last checkpoint");
  kpt::tools::SetCallback(command, exit_code, [options] { return Train(*options); });
}
