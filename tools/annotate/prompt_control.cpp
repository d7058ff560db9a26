// See prompt_control.h.
#include "prompt_control.h"

#include <algorithm>
#include <charconv>

namespace kpt::annotate {
namespace {

/// One character of UTF-8, not one of its bytes.
void DropLastCharacter(std::string *text) {
  while (!text->empty() && (static_cast<unsigned char>(text->back()) & 0xC0) == 0x80) text->pop_back();
  if (!text->empty()) text->pop_back();
}

std::string Trimmed(const std::string &text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

void PromptControl::Key(const std::string &key) {
  if (s_.prompt.kind == Prompt::Kind::kQuit) return AnswerQuit(key);
  if (key == "Escape") {
    s_.prompt = {};
  } else if (key == "Return" || key == "Keypad Enter") {
    Answer();
  } else if (key == "Backspace") {
    DropLastCharacter(&s_.prompt.text);
    s_.prompt.untouched = false;
  } else if (key == "Left" || key == "Right" || key == "Home" || key == "End") {
    s_.prompt.untouched = false;  // the text stays, and typing goes on behind it
  }
}

void PromptControl::Type(const std::string &text) {
  if (s_.prompt.kind == Prompt::Kind::kQuit) return;
  if (s_.prompt.untouched) s_.prompt.text.clear();
  s_.prompt.untouched = false;
  s_.prompt.text += text;
  s_.Say("");
}

void PromptControl::Answer() {
  const std::string text = Trimmed(s_.prompt.text);
  std::string problem;
  switch (s_.prompt.kind) {
    case Prompt::Kind::kNewKeypoint:
      return AnswerNewKeypoint();
    case Prompt::Kind::kGoTo:
      return AnswerGoTo();
    case Prompt::Kind::kRename:
      problem = s_.editor.RenameKeypoint(s_.keypoint, text);
      break;
    case Prompt::Kind::kCategory:
      problem = s_.editor.SetCategory(text);
      break;
    case Prompt::Kind::kNone:
    case Prompt::Kind::kQuit:
      break;
  }
  if (!problem.empty()) return s_.Complain(problem);  // the prompt stays
  s_.prompt = {};
  s_.Say("");
}

void PromptControl::AnswerNewKeypoint() {
  const std::string name = Trimmed(s_.prompt.text);
  const std::string problem = s_.editor.AddKeypoint(name);
  if (!problem.empty()) return s_.Complain(problem);
  const std::optional<Point2> place_at = s_.prompt.place_at;
  s_.prompt = {};
  s_.keypoint = s_.editor.KeypointCount() - 1;
  if (place_at) {
    actions_.Place(s_.keypoint, *place_at, 0);
    s_.Say("N names the next keypoint.");
  } else {
    s_.Say("Click where " + s_.Quoted(s_.keypoint) + " is.");
  }
}

void PromptControl::AnswerGoTo() {
  const std::string text = Trimmed(s_.prompt.text);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) {
    return s_.Complain("'" + text + "' is no number.");
  }
  s_.prompt = {};
  s_.Say("");
  const int first = s_.frames.IsVideo(s_.position.source) ? 0 : 1;
  actions_.GoTo({s_.position.source, std::max(0, number - first)});
  if (s_.position.index + first != number && !s_.is_problem) {
    s_.Say("There is no " + std::to_string(number) + "; this is the nearest.");
  }
}

void PromptControl::AnswerQuit(const std::string &key) {
  if (key == "Escape") {
    s_.prompt = {};
  } else if (key == "S" || key == "Ctrl+S" || key == "Return") {
    s_.prompt = {};
    s_.done = actions_.Save();
  } else if (key == "D") {
    s_.drop_unsaved = true;
    s_.done = true;
  }
}

}  // namespace kpt::annotate
