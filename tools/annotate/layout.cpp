// See layout.h.
#include "layout.h"

#include <algorithm>
#include <cmath>

namespace kpt::annotate {
namespace {

constexpr float kPanelWidth = 290, kBarHeight = 58, kMargin = 14, kHeadHeight = 112, kRow = 25, kTitle = 34;
constexpr int kFewestShotRows = 4;

/// The first of `count` lines that is shown in `room` lines, so that `wanted` is among them.
int FirstShown(int count, int room, int wanted) { return std::clamp(wanted - room / 2, 0, std::max(0, count - room)); }

int IndexOfShot(const Session &session) {
  const Shot *here = session.ShotHere();
  const auto &shots = session.editor.annotation().shots;
  return here == nullptr ? static_cast<int>(shots.size()) - 1 : static_cast<int>(here - shots.data());
}

}  // namespace

Layout LayoutOf(const Session &session) {
  const auto width = static_cast<float>(session.window_size.width);
  const auto height = static_cast<float>(session.window_size.height);
  const float panel_width = std::min(kPanelWidth, width / 2);
  Layout layout;
  layout.bar = {0, height - kBarHeight, width, kBarHeight};
  layout.panel = {width - panel_width, 0, panel_width, height - kBarHeight};
  layout.picture = {0, 0, std::max(1.0F, width - panel_width), std::max(1.0F, height - kBarHeight)};

  const int keypoints = session.editor.KeypointCount();
  const int shots = static_cast<int>(session.editor.annotation().shots.size());
  const int room = std::max(2, static_cast<int>((layout.panel.height - kHeadHeight - 2 * kTitle - kMargin) / kRow));
  const int keypoint_room = std::min(keypoints, std::max(1, room - std::min(std::max(shots, 1), kFewestShotRows)));
  const int shot_room = std::min(shots, std::max(1, room - keypoint_room));

  float y = kHeadHeight;
  const auto next = [&](float row_height) {
    const Box box{layout.panel.x + kMargin / 2, y, panel_width - kMargin, row_height};
    y += row_height;
    return box;
  };
  layout.keypoint_title = next(kTitle);
  const int first_keypoint = FirstShown(keypoints, keypoint_room, session.keypoint);
  for (int i = 0; i < keypoint_room; ++i) layout.rows.push_back({next(kRow), first_keypoint + i, -1});
  layout.shot_title = next(kTitle);
  const int first_shot = FirstShown(shots, shot_room, IndexOfShot(session));
  for (int i = 0; i < shot_room; ++i) layout.rows.push_back({next(kRow), -1, first_shot + i});
  return layout;
}

bool Holds(const Box &box, Point2 p) {
  return p.x >= box.x && p.y >= box.y && p.x < box.x + box.width && p.y < box.y + box.height;
}

Box Spanned(Point2 a, Point2 b) {
  return {std::min(a.x, b.x), std::min(a.y, b.y), std::abs(a.x - b.x), std::abs(a.y - b.y)};
}

}  // namespace kpt::annotate
