// Where things are in the window. Called by the view, which draws them, and the controller, which is clicked on them.
#pragma once

#include <vector>

#include "kpt/base/geometry.h"
#include "session.h"

namespace kpt::annotate {

/// A line of the panel that stands for a keypoint or a shot.
struct PanelRow {
  Box box;
  int keypoint = -1;
  int shot = -1;
};

/// All in window pixels.
struct Layout {
  Box picture;
  Box panel;  ///< on the right: names, shots
  Box bar;    ///< at the bottom: frame, zoom, messages
  Box keypoint_title, shot_title;
  std::vector<PanelRow> rows;  ///< those that there is room for
};

Layout LayoutOf(const Session &session);

bool Holds(const Box &box, Point2 p);

/// The box that two opposite corners span.
Box Spanned(Point2 a, Point2 b);

}  // namespace kpt::annotate
