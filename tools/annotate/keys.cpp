// See keys.h. Names of keys are those of SDL, with Ctrl+, Alt+ and Shift+ before them in this order.
#include "keys.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace kpt::annotate {
namespace {

struct Row {
  const char *keys;   ///< separated by spaces, as the window tells them
  const char *shown;  ///< in the help
  const char *text;
  Action action = Action::kNone;
};

constexpr Row Heading(const char *text) { return {"", "", text}; }
/// A key that is shown as the window tells it.
constexpr Row Key(const char *key, const char *text, Action action) { return {key, key, text, action}; }
/// A key that does a part of what the row above says.
constexpr Row More(const char *key, Action action) { return {key, "", "", action}; }
constexpr Row Mouse(const char *shown, const char *text) { return {"", shown, text}; }

constexpr std::array kRows = {
    Heading("Mouse"),
    Mouse("click", "place the next point"),
    Mouse("drag a point", "move it"),
    Mouse("click a point", "choose it"),
    Mouse("right click a point", "it is not visible here"),
    Mouse("wheel", "zoom"),
    Mouse("right or middle drag", "move the picture"),
    Heading("Frames"),
    Key("Right", "next frame", Action::kNextFrame),
    Key("Left", "frame before", Action::kPreviousFrame),
    Key("PageDown", "10 frames on", Action::kForward10),
    Key("PageUp", "10 frames back", Action::kBack10),
    Key("Shift+PageDown", "100 frames on", Action::kForward100),
    Key("Shift+PageUp", "100 frames back", Action::kBack100),
    Key("Home", "first frame", Action::kFirstFrame),
    Key("End", "last frame", Action::kLastFrame),
    Key("G", "go to a frame by its number", Action::kGoTo),
    Key("Ctrl+Right", "next shot", Action::kNextShot),
    Key("Ctrl+Left", "shot before", Action::kPreviousShot),
    Heading("Points"),
    Row{"Tab Down", "Tab, Down", "choose the next keypoint", Action::kNextKeypoint},
    Row{"Shift+Tab Up", "Shift+Tab, Up", "choose the one before", Action::kPreviousKeypoint},
    Key("V", "the chosen one is not visible here", Action::kHide),
    Row{"Delete Backspace", "Delete", "take its point away", Action::kErase},
    Key("Shift+Delete", "take all points of the frame away", Action::kEraseShot),
    Row{"Shift+Left", "Shift+arrows", "move the chosen point by a pixel", Action::kNudgeLeft},
    More("Shift+Right", Action::kNudgeRight),
    More("Shift+Up", Action::kNudgeUp),
    More("Shift+Down", Action::kNudgeDown),
    Key("P", "start from the points of the nearest shot", Action::kCopyShot),
    Heading("Names, skeleton, box"),
    Key("N", "a new keypoint", Action::kNewKeypoint),
    Row{"R F2", "R, F2", "rename the chosen keypoint", Action::kRename},
    Key("Ctrl+Delete", "remove the keypoint from all shots", Action::kRemoveKeypoint),
    Key("C", "name the category", Action::kCategory),
    Key("L", "links: drag from point to point", Action::kLinks),
    Key("B", "box: drag it (may be left out)", Action::kBox),
    Heading("View and file"),
    Row{"+ = Shift+= Keypad_+", "+", "zoom in", Action::kZoomIn},
    Row{"- Keypad_-", "-", "zoom out", Action::kZoomOut},
    Row{"0 F Keypad_0", "0, F", "the whole picture", Action::kFit},
    Key("T", "names at the points, on or off", Action::kLabels),
    Key("Ctrl+Z", "undo", Action::kUndo),
    Row{"Ctrl+Y Ctrl+Shift+Z", "Ctrl+Y, Ctrl+Shift+Z", "redo", Action::kRedo},
    Key("Ctrl+S", "save", Action::kSave),
    Row{"H F1", "H, F1", "this help", Action::kHelp},
    Row{"Escape", "Esc", "leave what was begun; else quit", Action::kEscape},
    Row{"Q Ctrl+Q", "Q", "quit", Action::kQuit},
};

bool Names(const char *keys, std::string key) {
  std::replace(key.begin(), key.end(), ' ', '_');  // "Keypad +"
  std::istringstream words(keys);
  for (std::string word; words >> word;) {
    if (word == key) return true;
  }
  return false;
}

}  // namespace

Action ActionOf(const std::string &key) {
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row &r) { return Names(r.keys, key); });
  return row == kRows.end() ? Action::kNone : row->action;
}

std::vector<HelpLine> HelpLines() {
  std::vector<HelpLine> lines;
  for (const Row &row : kRows) {
    if (*row.text != '\0') lines.push_back({row.shown, row.text});
  }
  return lines;
}

}  // namespace kpt::annotate
