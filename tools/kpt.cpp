// The program `kpt`: one file a subcommand.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <opencv2/core/utils/logger.hpp>

#include "annotate_command.h"
#include "bench_command.h"
#include "command.h"
#include "convert_command.h"
#include "doctor_command.h"
#include "eval_command.h"
#include "golden_command.h"
#include "track_command.h"
#include "train_command.h"

namespace {

/// What is wrong with the arguments. CLI11 looks for what is missing before it looks at what it does not know; after a
/// slip of the pen both are true, and only the second helps.
std::string Describe(const CLI::App &app, const CLI::ParseError &error) {
  const std::vector<std::string> unknown = app.remaining(true);
  return unknown.empty() ? kpt::tools::OneLine(error.what()) : "'" + unknown.front() + "' is not known here";
}

/// A whole call of the commands that are typed by hand, for those who leave something out.
std::string Example(const std::string &command) {
  if (command == "kpt track") return ", for example `kpt track clip.mp4 --support support.yaml --overlay overlay.mp4`";
  if (command == "kpt annotate") return ", for example `kpt annotate clip.mp4 --output support.yaml`";
  return "";
}

/// Help goes to stdout and is no error; a mistake in usage is one line and exit code 2.
int ReportParseError(const CLI::App &app, const CLI::ParseError &error) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
  const auto commands = app.get_subcommands();
  const std::string name = commands.empty() ? "kpt" : "kpt " + commands.front()->get_name();
  const bool is_incomplete = error.get_name() == "RequiredError" && app.remaining_size(true) == 0;
  std::cerr << name << ": " << Describe(app, error) << (is_incomplete ? Example(name) : "") << "; see `" << name
            << " --help`.\n";
  return kpt::tools::kUsage;
}

/// What fails is told by our one line; what OpenCV and FFmpeg print of it beside it helps nobody.
void QuietenLibraries() {
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);  // AV_LOG_QUIET, unless the user asked for more
}

}  // namespace

int main(int argc, char **argv) {
  QuietenLibraries();
  CLI::App app("Follows the keypoints of any object through a video, from a few marked pictures of it.", "kpt");
  app.set_version_flag("--version", "kpt " KPT_VERSION);
  app.add_flag("--verbose")->description("say more where something fails");
  app.footer(
      "--verbose says more where something fails. Exit codes: 0 done, 1 a check did not hold, 2 usage,\n"
      "3 input or support file, 4 model or device, 5 pipeline, 130 interrupted.");
  app.require_subcommand(1);
  app.fallthrough();  // --verbose may stand behind the subcommand too

  int exit_code = 0;
  AddAnnotateCommand(app, &exit_code);
  AddTrackCommand(app, &exit_code);
  AddEvalCommand(app, &exit_code);
  AddTrainCommand(app, &exit_code);
  AddConvertCommand(app, &exit_code);
  AddGoldenCommand(app, &exit_code);
  AddBenchCommand(app, &exit_code);
  AddDoctorCommand(app, &exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return ReportParseError(app, error);
  }
  return exit_code;
}
