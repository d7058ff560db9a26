// Draws the picture and what is marked on it: box, skeleton, points with names, and at the mouse what a click will do.
// Called by the view.
#pragma once

#include <opencv2/core.hpp>

#include "painter.h"
#include "session.h"

namespace kpt::annotate {

/// Lays the session's picture into its area of the window (BGRx).
void DrawPixels(const Session &session, cv::Mat *window);

void DrawMarks(const Session &session, Painter *painter);

}  // namespace kpt::annotate
