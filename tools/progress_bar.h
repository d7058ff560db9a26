// One line on a terminal that is drawn again and again; nothing where stderr is no terminal.
#pragma once

#include <string>

namespace kpt::tools {

class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();  ///< leaves the cursor at the start of an empty line
  ProgressBar(const ProgressBar &) = delete;
  ProgressBar &operator=(const ProgressBar &) = delete;

  /// `done` of `total` (0: unknown) with `text` beside the bar.
  void Draw(long long done, long long total, const std::string &text);

  /// Wipes the line, so that something else can be printed; the next Draw brings it back.
  void Clear();

 private:
  bool is_terminal_;
  bool drawn_ = false;
};

}  // namespace kpt::tools
