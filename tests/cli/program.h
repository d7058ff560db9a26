// Runs the built `kpt` as a user's shell does: a child process with captured output, a time-out, and Ctrl-C.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace kpt::cli_testing {

/// What a run of the program left behind.
struct Outcome {
  int exit_code = -1;  ///< -1: a signal ended it, or the time-out
  std::string out;
  std::string err;
};

/// A running `kpt`. One that outlives the time-out is killed, and fails the test.
class Program {
 public:
  explicit Program(const std::vector<std::string> &arguments);
  ~Program();
  Program(const Program &) = delete;
  Program &operator=(const Program &) = delete;

  void Interrupt() const;  ///< what Ctrl-C sends
  void Kill() const;       ///< what kill -9 sends

  /// Memory that the program holds now, in MB.
  double ResidentMb() const;

  /// Collects output until `condition` holds; false where the program ended or the time-out passed before.
  bool RunUntil(const std::function<bool()> &condition);

  Outcome Wait();

 private:
  void Collect(int milliseconds);
  bool IsOpen() const { return out_.descriptor >= 0 || err_.descriptor >= 0; }

  struct Stream {
    int descriptor = -1;
    std::string text;
    void ReadSome();
  };
  pid_t child_ = -1;
  Stream out_, err_;
};

/// Runs `kpt` with these arguments to its end.
Outcome Kpt(const std::vector<std::string> &arguments);

/// Expects that `kpt` ends with this exit code and, as its last line on stderr, one error line that holds all of
/// `parts`; libraries add nothing of theirs.
void ExpectError(const std::vector<std::string> &arguments, int exit_code, const std::vector<std::string> &parts);

}  // namespace kpt::cli_testing
