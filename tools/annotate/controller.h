// Turns what the user does into changes of the session: each event goes to the prompt, the help, a key's action, the
// panel or the mouse. Knows no window library, so that tests drive it with events. Called by the main loop.
#pragma once

#include "actions.h"
#include "event.h"
#include "layout.h"
#include "mouse_control.h"
#include "prompt_control.h"

namespace kpt::annotate {

class Controller {
 public:
  Controller(Session *session, Progress progress)
      : s_(*session), actions_(session, std::move(progress)), prompt_(session, &actions_), mouse_(session, &actions_) {}

  /// Shows the first shot where there is one, else the first frame. Throws Error where nothing can be read.
  void Begin();

  void Handle(const Event &event);

 private:
  void Key(const std::string &key);
  void Press(const Event &event);
  void PressOnPanel(Point2 in_window);
  void Resize(int width, int height);

  Session &s_;
  Actions actions_;
  PromptControl prompt_;
  MouseControl mouse_;
  bool text_belongs_to_key_ = false;  ///< the key that was pressed last did something, so its letter is not typed
};

}  // namespace kpt::annotate
