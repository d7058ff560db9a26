// See progress_bar.h.
#include "progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace kpt::tools {
namespace {

constexpr int kBarWidth = 30;
constexpr const char *kWipeLine = "\r\033[K";

}  // namespace

ProgressBar::ProgressBar() : is_terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() { Clear(); }

void ProgressBar::Draw(double share, const std::string &text) {
  if (!is_terminal_) return;
  std::string line;
  if (share > 0) {
    share = std::min(share, 1.0);
    const auto filled = static_cast<std::size_t>(share * kBarWidth);
    line = "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '-') + "] " +
           std::to_string(static_cast<int>(share * 100)) + " %  ";
  }
  std::fprintf(stderr, "%s%s%s", kWipeLine, line.c_str(), text.c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressBar::Clear() {
  if (!drawn_) return;
  std::fputs(kWipeLine, stderr);
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace kpt::tools
