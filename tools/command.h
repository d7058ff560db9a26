// What every subcommand of `kpt` shares: exit codes, and the one place that turns exceptions into a line on stderr.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "kpt/base/error.h"
#include "kpt/status.h"

namespace kpt::tools {

/// The exit codes of docs/formats.md.
enum ExitCode {
  kDone = 0,
  kCheckFailed = 1,
  kUsage = 2,
  kInputError = 3,
  kModelError = 4,
  kPipelineError = 5,
  kInterrupted = 130,
};

/// A failure that knows its exit code. `detail` is printed with --verbose only.
class CommandError : public std::runtime_error {
 public:
  CommandError(ExitCode exit_code, const std::string &message, std::string detail = "")
      : std::runtime_error(message), exit_code_(exit_code), detail_(std::move(detail)) {}
  ExitCode exit_code() const noexcept { return exit_code_; }
  const std::string &detail() const noexcept { return detail_; }

 private:
  ExitCode exit_code_;
  std::string detail_;
};

/// kNotFound counts as input; a command whose missing file is a model says so itself.
ExitCode ExitCodeFor(ErrorCode code) noexcept;

/// Makes `run` what `command` does. Its result, or that of the exception it throws, ends up in `*exit_code`; an
/// exception also becomes one line "kpt <command>: ..." on stderr.
void SetCallback(CLI::App *command, int *exit_code, std::function<ExitCode()> run);

/// Whether the user gave --verbose, which belongs to the whole program.
bool IsVerbose(const CLI::App *command);

/// `text` on one line: line breaks become spaces.
std::string OneLine(std::string text);

}  // namespace kpt::tools
