// What a key can make happen, and the steps that mouse and prompts share with it. Changes the session; knows no window.
// Called by the controller and its parts.
#pragma once

#include <string>

#include "keys.h"
#include "navigator.h"
#include "session.h"

namespace kpt::annotate {

class Actions {
 public:
  Actions(Session *session, Progress progress) : s_(*session), navigator_(session, std::move(progress)) {}

  void Do(Action action);

  void GoTo(Position wanted) { navigator_.GoTo(wanted); }
  void Choose(int keypoint);

  /// After a keypoint is placed or hidden: the next open one; where there is none the chosen one stays.
  void ChooseNextOpen();

  /// Opens the prompt for a name; the new keypoint is placed there, if a place is given.
  void AskForNewKeypoint(std::optional<Point2> place_at);

  void Place(int keypoint, Point2 xy_in_frame, int gesture);
  void Hide(int keypoint);
  bool Save();

  /// Asks first where work is unsaved.
  void Quit();

 private:
  void Nudge(float dx, float dy);
  void Erase();
  void EraseShot();
  void RemoveKeypoint();
  void Ask(Prompt::Kind kind, const std::string &title, const std::string &text);
  void AskToRename();
  void AskForFrame();
  void Switch(Mode mode);
  void TakeBack(bool redo);
  void Escape();
  bool HasChosen();

  Session &s_;
  Navigator navigator_;
};

}  // namespace kpt::annotate
