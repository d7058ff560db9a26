// What the user does, in words that belong to no window library. Made by the window, handled by the controller.
#pragma once

#include <string>

#include "kpt/base/geometry.h"

namespace kpt::annotate {

enum class Button { kLeft, kMiddle, kRight };

struct Event {
  enum class Kind { kPress, kMove, kRelease, kWheel, kKey, kText, kResize, kClose };
  Kind kind = Kind::kMove;
  Point2 xy_in_window;            ///< of the mouse
  Button button = Button::kLeft;  ///< kPress, kRelease
  float notches = 0;              ///< kWheel: above 0 away from the user
  std::string text;               ///< kKey: "Ctrl+Shift+Z", "PageDown"; kText: what was typed, UTF-8
  int width = 0, height = 0;      ///< kResize: of the window
};

}  // namespace kpt::annotate
