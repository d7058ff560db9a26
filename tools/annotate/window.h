// The window on the screen: shows pictures, gives events. SDL is behind it; OpenCV's own windows are not used, because
// with Qt (Debian's build) they keep Ctrl+Z and all other Ctrl keys for themselves, tell no capital letters, zoom by
// themselves at the wheel, and lose keys that come while a picture is drawn. Called by the main loop.
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <string>

#include "event.h"

namespace kpt::annotate {

class Window {
 public:
  /// A window of about this size, but no larger than the screen. Throws CommandError (kPipelineError) where there is no
  /// display, or the program was built without SDL.
  Window(const std::string &title, cv::Size size);
  ~Window();
  Window(const Window &) = delete;
  Window &operator=(const Window &) = delete;

  cv::Size size() const;

  /// `bgrx`: 8-bit, 4 channels, of the window's size, or empty.
  void Show(const cv::Mat &bgrx);

  void SetTitle(const std::string &title);

  /// The next event; none where `milliseconds` pass without one.
  std::optional<Event> Wait(int milliseconds);

  /// Whether Esc is among the keys that wait; they are dropped then.
  bool EscapeWaits();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kpt::annotate
