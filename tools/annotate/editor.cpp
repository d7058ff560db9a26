// See editor.h. A step keeps the whole annotation from before: it is small, and nothing can be forgotten.
#include "editor.h"

#include <algorithm>
#include <cmath>

namespace kpt::annotate {
namespace {

constexpr std::size_t kMostSteps = 500;
constexpr std::size_t kLongestName = 64;      ///< bytes
constexpr std::size_t kMostKeypoints = 1024;  ///< that the reader takes

/// What is wrong with the length of a name; empty: nothing.
std::string ProblemWithLength(const std::string &name) {
  return name.size() <= kLongestName ? "" : "A name has " + std::to_string(kLongestName) + " characters at most.";
}

float Hundredths(float value) { return std::round(value * 100) / 100; }

}  // namespace

Editor::Editor(Annotation annotation) { now_ = {std::move(annotation), saved_number_, {}}; }

Mark Editor::MarkAt(const FrameId &id, int keypoint) const {
  const Shot *shot = annotation().Find(id);
  return shot == nullptr ? Mark{} : shot->marks.at(static_cast<std::size_t>(keypoint));
}

int Editor::NextOpen(const FrameId &id, int first) const {
  const int count = KeypointCount();
  for (int i = 0; i < count; ++i) {
    const int keypoint = (std::max(first, 0) + i) % count;
    if (MarkAt(id, keypoint).state == PointState::kOpen) return keypoint;
  }
  return -1;
}

Annotation &Editor::Change(std::optional<FrameId> where, int gesture) {
  const bool goes_on = gesture > 0 && gesture == last_gesture_;
  last_gesture_ = gesture;
  if (!goes_on) {
    past_.push_back(now_);
    if (past_.size() > kMostSteps) past_.erase(past_.begin());
  }
  future_.clear();
  now_.where = std::move(where);
  now_.number = ++last_number_;
  return now_.annotation;
}

Shot &Editor::ShotToChange(const Frame &frame, int gesture) {
  Annotation &annotation = Change(frame.id, gesture);
  if (Shot *shot = annotation.Find(frame.id)) return *shot;
  annotation.shots.push_back({frame.id, frame.path, {}, std::vector<Mark>(annotation.names.size())});
  return annotation.shots.back();
}

/// A frame where every point is open again is no shot.
void Editor::DropEmptyShots() {
  auto &shots = now_.annotation.shots;
  shots.erase(std::remove_if(shots.begin(), shots.end(),
                             [](const Shot &shot) {
                               return !shot.box &&
                                      std::all_of(shot.marks.begin(), shot.marks.end(),
                                                  [](const Mark &mark) { return mark.state == PointState::kOpen; });
                             }),
              shots.end());
}

void Editor::Place(const Frame &frame, int keypoint, Point2 xy, int gesture) {
  ShotToChange(frame, gesture).marks.at(static_cast<std::size_t>(keypoint)) = {PointState::kPlaced,
                                                                               {Hundredths(xy.x), Hundredths(xy.y)}};
}

void Editor::Hide(const Frame &frame, int keypoint) {
  ShotToChange(frame).marks.at(static_cast<std::size_t>(keypoint)) = {PointState::kHidden, {}};
}

void Editor::Erase(const Frame &frame, int keypoint) {
  if (MarkAt(frame.id, keypoint).state == PointState::kOpen) return;
  ShotToChange(frame).marks.at(static_cast<std::size_t>(keypoint)) = {};
  DropEmptyShots();
}

void Editor::SetBox(const Frame &frame, std::optional<Box> box) {
  if (box) *box = {Hundredths(box->x), Hundredths(box->y), Hundredths(box->width), Hundredths(box->height)};
  ShotToChange(frame).box = box;
  DropEmptyShots();
}

void Editor::EraseShot(const Frame &frame) {
  if (annotation().Find(frame.id) == nullptr) return;
  auto &shots = Change(frame.id).shots;
  shots.erase(std::find_if(shots.begin(), shots.end(), [&](const Shot &shot) { return shot.id == frame.id; }));
}

void Editor::CopyShot(const Frame &to, const FrameId &from) {
  const Shot *source = annotation().Find(from);
  if (source == nullptr || to.id == from) return;
  const Shot copy = *source;
  Shot &shot = ShotToChange(to);
  shot.marks = copy.marks;
  shot.box = copy.box;
}

std::string Editor::ProblemWithName(const std::string &name, int except) const {
  if (name.empty()) return "A name cannot be empty.";
  if (std::string problem = ProblemWithLength(name); !problem.empty()) return problem;
  const auto &names = annotation().names;
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end() && found - names.begin() != except) return "There is a '" + name + "' already.";
  return "";
}

std::string Editor::AddKeypoint(const std::string &name) {
  if (annotation().names.size() >= kMostKeypoints) return "There are as many keypoints as a support file may have.";
  if (std::string problem = ProblemWithName(name, -1); !problem.empty()) return problem;
  Annotation &annotation = Change({});
  annotation.names.push_back(name);
  for (Shot &shot : annotation.shots) shot.marks.emplace_back();
  return "";
}

std::string Editor::RenameKeypoint(int keypoint, const std::string &name) {
  if (std::string problem = ProblemWithName(name, keypoint); !problem.empty()) return problem;
  std::string &old = now_.annotation.names.at(static_cast<std::size_t>(keypoint));
  if (old != name) Change({}).names[static_cast<std::size_t>(keypoint)] = name;
  return "";
}

std::string Editor::SetCategory(const std::string &name) {
  if (name.empty()) return "The category needs a name.";
  if (std::string problem = ProblemWithLength(name); !problem.empty()) return problem;
  if (name != annotation().category) Change({}).category = name;
  return "";
}

void Editor::RemoveKeypoint(int keypoint) {
  Annotation &annotation = Change({});
  annotation.names.erase(annotation.names.begin() + keypoint);
  for (Shot &shot : annotation.shots) shot.marks.erase(shot.marks.begin() + keypoint);
  std::vector<Link> kept;
  for (Link link : annotation.skeleton) {
    if (link[0] == keypoint || link[1] == keypoint) continue;
    for (int &end : link) end -= end > keypoint ? 1 : 0;
    kept.push_back(link);
  }
  annotation.skeleton = std::move(kept);
  DropEmptyShots();
}

void Editor::ToggleLink(int from, int to) {
  if (from == to) return;
  auto &skeleton = Change({}).skeleton;
  const auto found = std::find_if(skeleton.begin(), skeleton.end(),
                                  [&](const Link &link) { return link == Link{from, to} || link == Link{to, from}; });
  if (found == skeleton.end()) {
    skeleton.push_back({from, to});
  } else {
    skeleton.erase(found);
  }
}

void Editor::Restore(Annotation annotation) { Change({}) = std::move(annotation); }

/// The last state of `from` becomes the present one, which goes to `to`.
void Editor::Exchange(std::vector<State> *from, std::vector<State> *to) {
  last_gesture_ = 0;
  to->push_back(std::move(now_));
  now_ = std::move(from->back());
  from->pop_back();
}

bool Editor::Undo(std::optional<FrameId> *where) {
  if (past_.empty()) return false;
  *where = now_.where;
  Exchange(&past_, &future_);
  return true;
}

bool Editor::Redo(std::optional<FrameId> *where) {
  if (future_.empty()) return false;
  Exchange(&future_, &past_);
  *where = now_.where;
  return true;
}

}  // namespace kpt::annotate
