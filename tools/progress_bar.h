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

  /// `text`, beside a bar of the `share` that is done; 0: no bar.
  void Draw(double share, const std::string &text);

  /// Wipes the line, so that something else can be printed; the next Draw brings it back.
  void Clear();

 private:
  bool is_terminal_;
  bool drawn_ = false;
};

}  // namespace kpt::tools
