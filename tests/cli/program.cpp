// See program.h. KPT_BINARY_DIR comes from the build.
#include "program.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>

extern char **environ;

namespace kpt::cli_testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kTimeOut(60);
constexpr int kPollMs = 20;

std::string JoinedWith(const std::vector<std::string> &arguments) {
  std::string line = "kpt";
  for (const std::string &argument : arguments) line += " " + argument;
  return line;
}

std::vector<std::string> LinesOf(const std::string &text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

Program::Program(const std::vector<std::string> &arguments) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);

  const std::string path = KPT_BINARY_DIR "/kpt";
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), path);
  std::vector<char *> argv;
  for (std::string &word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int error = posix_spawn(&child_, path.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  close(err[1]);
  out_.descriptor = out[0];
  err_.descriptor = err[0];
  if (error != 0) throw std::runtime_error(path + " cannot be started; build the target kpt");
}

Program::~Program() {
  if (child_ > 0) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  for (const Stream *stream : {&out_, &err_}) {
    if (stream->descriptor >= 0) close(stream->descriptor);
  }
}

void Program::Interrupt() const { kill(child_, SIGINT); }
void Program::Kill() const { kill(child_, SIGKILL); }

double Program::ResidentMb() const {
  std::ifstream statm("/proc/" + std::to_string(child_) + "/statm");
  double total_pages = 0, resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

void Program::Stream::ReadSome() {
  std::array<char, 4096> bytes;
  const ssize_t count = read(descriptor, bytes.data(), bytes.size());
  if (count > 0) {
    text.append(bytes.data(), static_cast<std::size_t>(count));
  } else {
    close(descriptor);
    descriptor = -1;
  }
}

void Program::Collect(int milliseconds) {
  std::array<pollfd, 2> ready = {pollfd{out_.descriptor, POLLIN, 0}, pollfd{err_.descriptor, POLLIN, 0}};
  poll(ready.data(), ready.size(), milliseconds);  // ignores a descriptor below 0
  if (ready[0].revents != 0) out_.ReadSome();
  if (ready[1].revents != 0) err_.ReadSome();
}

bool Program::RunUntil(const std::function<bool()> &condition) {
  for (const auto end = Clock::now() + kTimeOut; IsOpen() && Clock::now() < end; Collect(kPollMs)) {
    if (condition()) return true;
  }
  return false;
}

Outcome Program::Wait() {
  RunUntil([] { return false; });
  if (IsOpen()) {
    ADD_FAILURE() << "still running after " << kTimeOut.count() << " s; on stderr: " << err_.text;
    kill(child_, SIGKILL);
  }
  int status = 0;
  waitpid(child_, &status, 0);
  child_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, out_.text, err_.text};
}

Outcome Kpt(const std::vector<std::string> &arguments) { return Program(arguments).Wait(); }

void ExpectError(const std::vector<std::string> &arguments, int exit_code, const std::vector<std::string> &parts) {
  SCOPED_TRACE(JoinedWith(arguments));
  const Outcome outcome = Kpt(arguments);
  EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err;
  const std::vector<std::string> lines = LinesOf(outcome.err);
  ASSERT_FALSE(lines.empty());
  for (const std::string &line : lines) EXPECT_THAT(line, ::testing::StartsWith("kpt"));
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) EXPECT_THAT(lines[i], ::testing::HasSubstr("warning: "));
  for (const std::string &part : parts) EXPECT_THAT(lines.back(), ::testing::HasSubstr(part));
}

}  // namespace kpt::cli_testing
