// Typing into a prompt, and what its answer does. Called by the controller while a prompt is open.
#pragma once

#include <string>

#include "actions.h"

namespace kpt::annotate {

class PromptControl {
 public:
  PromptControl(Session *session, Actions *actions) : s_(*session), actions_(*actions) {}

  void Key(const std::string &key);
  void Type(const std::string &text);

 private:
  void Answer();
  void AnswerQuit(const std::string &key);
  void AnswerNewKeypoint();
  void AnswerGoTo();

  Session &s_;
  Actions &actions_;
};

}  // namespace kpt::annotate
