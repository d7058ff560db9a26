// See navigator.h.
#include "navigator.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include "kpt/base/error.h"

namespace kpt::annotate {

/// Shows where `go` comes to, which puts the picture there into its argument; false where it cannot be read.
template <typename Go>
bool Navigator::Arrive(const Go &go) {
  try {
    cv::Mat picture;
    const Position there = go(&picture);
    s_.picture = picture;
    Show(there);
    return true;
  } catch (const Error &error) {
    s_.Complain(error.what());
    return false;
  }
}

void Navigator::GoTo(Position wanted) {
  Arrive([&](cv::Mat *picture) { return s_.frames.Go(wanted, progress_, picture); });
}

void Navigator::Step(int steps) {
  const Position before = s_.position;
  const bool arrived = Arrive([&](cv::Mat *picture) { return s_.frames.Step(before, steps, progress_, picture); });
  if (arrived && s_.position == before) s_.Say(steps > 0 ? "This is the last frame." : "This is the first frame.");
}

void Navigator::Show(Position position) {
  s_.position = position;
  s_.viewport.SetPicture(s_.picture.cols, s_.picture.rows);
  s_.link_from = -1;
  s_.box_from.reset();
  s_.hovered = -1;
  const int open = s_.editor.NextOpen(s_.Here().id, 0);
  if (open >= 0) s_.keypoint = open;
}

void Navigator::GoToShot(int direction) {
  const auto key = [](Position p) { return std::pair(p.source, p.index); };
  std::optional<Position> best;
  for (const Shot &shot : s_.editor.annotation().shots) {
    Position there;
    if (!s_.frames.Find(shot.id, &there)) continue;
    const bool ahead = direction > 0 ? key(there) > key(s_.position) : key(there) < key(s_.position);
    const bool nearer = !best || (direction > 0 ? key(there) < key(*best) : key(there) > key(*best));
    if (ahead && nearer) best = there;
  }
  if (!best)
    return s_.Say(direction > 0 ? "There is no shot behind this frame." : "There is no shot before this frame.");
  GoTo(*best);
}

void Navigator::CopyNearestShot() {
  const Shot *nearest = nullptr;
  int distance = 0;
  for (const Shot &shot : s_.editor.annotation().shots) {
    Position there;
    if (shot.id == s_.Here().id || !s_.frames.Find(shot.id, &there) || there.source != s_.position.source) continue;
    const int away = std::abs(there.index - s_.position.index);
    if (nearest == nullptr || away < distance) nearest = &shot, distance = away;
  }
  if (nearest == nullptr) return s_.Complain("There is no other shot to start from.");
  s_.editor.CopyShot(s_.Here(), nearest->id);
  s_.Say("Copied the nearest shot: drag its points to their places.");
}

}  // namespace kpt::annotate
