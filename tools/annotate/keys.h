// The one table of keys: what the controller obeys, the window's help shows, and `kpt annotate --help` prints.
#pragma once

#include <string>
#include <vector>

namespace kpt::annotate {

enum class Action {
  kNone,
  kNextFrame,
  kPreviousFrame,
  kForward10,
  kBack10,
  kForward100,
  kBack100,
  kFirstFrame,
  kLastFrame,
  kGoTo,
  kNextShot,
  kPreviousShot,
  kNextKeypoint,
  kPreviousKeypoint,
  kHide,
  kErase,
  kEraseShot,
  kCopyShot,
  kNudgeLeft,
  kNudgeRight,
  kNudgeUp,
  kNudgeDown,
  kNewKeypoint,
  kRename,
  kRemoveKeypoint,
  kCategory,
  kLinks,
  kBox,
  kZoomIn,
  kZoomOut,
  kFit,
  kLabels,
  kUndo,
  kRedo,
  kSave,
  kHelp,
  kEscape,
  kQuit,
};

struct HelpLine {
  std::string keys;  ///< "Ctrl+Y, Ctrl+Shift+Z"; empty: `text` is a heading
  std::string text;
};

/// What a key does; kNone: nothing.
Action ActionOf(const std::string &key);

/// The mouse and all keys, in sections.
std::vector<HelpLine> HelpLines();

}  // namespace kpt::annotate
