// See controller.h.
#include "controller.h"

#include "kpt/base/error.h"

namespace kpt::annotate {

void Controller::Begin() {
  Position first;
  for (const Shot &shot : s_.editor.annotation().shots) {
    if (s_.frames.Find(shot.id, &first)) break;
  }
  s_.keypoint = s_.editor.KeypointCount() == 0 ? -1 : 0;
  actions_.GoTo(first);
  if (s_.picture.empty()) throw Error(ErrorCode::kInput, s_.message);
}

void Controller::Handle(const Event &event) {
  switch (event.kind) {
    case Event::Kind::kPress:
      return Press(event);
    case Event::Kind::kMove:
      return mouse_.Move(event);
    case Event::Kind::kRelease:
      return mouse_.Release(event);
    case Event::Kind::kWheel:
      return mouse_.Wheel(event);
    case Event::Kind::kKey:
      Key(event.text);
      return mouse_.LookAgain();
    case Event::Kind::kText:
      if (s_.prompt.kind != Prompt::Kind::kNone && !text_belongs_to_key_) prompt_.Type(event.text);
      return;
    case Event::Kind::kResize:
      return Resize(event.width, event.height);
    case Event::Kind::kClose:
      return actions_.Quit();
  }
}

void Controller::Key(const std::string &key) {
  const bool typing = s_.prompt.kind != Prompt::Kind::kNone;
  text_belongs_to_key_ = !typing;
  if (typing) return prompt_.Key(key);
  mouse_.Cancel();
  s_.Say("");
  if (s_.help) {
    s_.help = false;
    return;
  }
  actions_.Do(ActionOf(key));
}

void Controller::Press(const Event &event) {
  if (s_.prompt.kind != Prompt::Kind::kNone) return;
  if (s_.help) {
    s_.help = false;
    return;
  }
  s_.Say("");
  const Layout layout = LayoutOf(s_);
  if (event.button == Button::kLeft && Holds(layout.panel, event.xy_in_window)) return PressOnPanel(event.xy_in_window);
  mouse_.Press(event);
}

void Controller::PressOnPanel(Point2 in_window) {
  const Layout layout = LayoutOf(s_);
  for (const PanelRow &row : layout.rows) {
    if (!Holds(row.box, in_window)) continue;
    if (row.keypoint >= 0) actions_.Choose(row.keypoint);
    Position there;
    if (row.shot >= 0 &&
        s_.frames.Find(s_.editor.annotation().shots.at(static_cast<std::size_t>(row.shot)).id, &there)) {
      actions_.GoTo(there);
    }
  }
}

void Controller::Resize(int width, int height) {
  s_.window_size = {width, height};
  s_.viewport.SetArea(LayoutOf(s_).picture);
}

}  // namespace kpt::annotate
