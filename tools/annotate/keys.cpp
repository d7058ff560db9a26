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
    Row{"Right", "Right", "next frame", Action::kNextFrame},
    Row{"Left", "Left", "frame before", Action::kPreviousFrame},
    Row{"PageDown", "PageDown", "10 frames on", Action::kForward10},
    Row{"PageUp", "PageUp", "10 frames back", Action::kBack10},
    Row{"Shift+PageDown", "Shift+PageDown", "100 frames on", Action::kForward100},
    Row{"Shift+PageUp", "Shift+PageUp", "100 frames back", Action::kBack100},
    Row{"Home", "Home", "first frame", Action::kFirstFrame},
    Row{"End", "End", "last frame", Action::kLastFrame},
    Row{"G", "G", "go to a frame by its number", Action::kGoTo},
    Row{"Ctrl+Right", "Ctrl+Right", "next shot", Action::kNextShot},
    Row{"Ctrl+Left", "Ctrl+Left", "shot before", Action::kPreviousShot},
    Heading("Points"),
    Row{"Tab Down", "Tab, Down", "choose the next keypoint", Action::kNextKeypoint},
    Row{"Shift+Tab Up", "Shift+Tab, Up", "choose the one before", Action::kPreviousKeypoint},
    Row{"V", "V", "the chosen one is not visible here", Action::kHide},
    Row{"Delete Backspace", "Delete", "take its point away", Action::kErase},
    Row{"Shift+Delete", "Shift+Delete", "take all points of the frame away", Action::kEraseShot},
    Row{"Shift+Left", "Shift+arrows", "move the chosen point by a pixel", Action::kNudgeLeft},
    Row{"Shift+Right", "", "", Action::kNudgeRight},
    Row{"Shift+Up", "", "", Action::kNudgeUp},
    Row{"Shift+Down", "", "", Action::kNudgeDown},
    Row{"P", "P", "start from the points of the nearest shot", Action::kCopyShot},
    Heading("Names, skeleton, box"),
    Row{"N", "N", "a new keypoint", Action::kNewKeypoint},
    Row{"R F2", "R, F2", "rename the chosen keypoint", Action::kRename},
    Row{"Ctrl+Delete", "Ctrl+Delete", "remove the keypoint from all shots", Action::kRemoveKeypoint},
    Row{"C", "C", "name the category", Action::kCategory},
    Row{"L", "L", "links: drag from point to point", Action::kLinks},
    Row{"B", "B", "box: drag it (may be left out)", Action::kBox},
    Heading("View and file"),
    Row{"+ = Shift+= Keypad_+", "+", "zoom in", Action::kZoomIn},
    Row{"- Keypad_-", "-", "zoom out", Action::kZoomOut},
    Row{"0 F Keypad_0", "0, F", "the whole picture", Action::kFit},
    Row{"T", "T", "names at the points, on or off", Action::kLabels},
    Row{"Ctrl+Z", "Ctrl+Z", "undo", Action::kUndo},
    Row{"Ctrl+Y Ctrl+Shift+Z", "Ctrl+Y, Ctrl+Shift+Z", "redo", Action::kRedo},
    Row{"Ctrl+S", "Ctrl+S", "save", Action::kSave},
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
