// See command.h.
#include "command.h"

#include <algorithm>
#include <iostream>
#include <new>

namespace kpt::tools {
namespace {

ExitCode Report(const CLI::App *command, ExitCode exit_code, const std::string &message,
                const std::string &detail = "") {
  std::cerr << "kpt " << command->get_name() << ": " << OneLine(message) << '\n';
  if (!detail.empty() && IsVerbose(command)) std::cerr << detail << '\n';
  return exit_code;
}

ExitCode RunReporting(const CLI::App *command, const std::function<ExitCode()> &run) {
  try {
    return run();
  } catch (const CommandError &error) {
    return Report(command, error.exit_code(), error.what(), error.detail());
  } catch (const Error &error) {
    return Report(command, ExitCodeFor(error.code()), error.what());
  } catch (const std::bad_alloc &) {
    return Report(command, kPipelineError, "out of memory; close other programs or use smaller pictures.");
  } catch (const std::exception &error) {  // a library's: its first line is for people, the rest for programmers
    const std::string text = error.what();
    return Report(command, kPipelineError, text.substr(0, text.find('\n')), text);
  }
}

}  // namespace

ExitCode ExitCodeFor(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kOk:
      return kDone;
    case ErrorCode::kInvalidArgument:
      return kUsage;
    case ErrorCode::kNotFound:
    case ErrorCode::kInput:
    case ErrorCode::kSupport:
      return kInputError;
    case ErrorCode::kModel:
    case ErrorCode::kDevice:
      return kModelError;
    case ErrorCode::kOutOfMemory:
    case ErrorCode::kInternal:
      break;
  }
  return kPipelineError;
}

void SetCallback(CLI::App *command, int *exit_code, std::function<ExitCode()> run) {
  command->callback([command, exit_code, run = std::move(run)] { *exit_code = RunReporting(command, run); });
}

bool IsVerbose(const CLI::App *command) { return command->get_parent()->get_option("--verbose")->count() > 0; }

std::string OneLine(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace kpt::tools
