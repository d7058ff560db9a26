// Where the picture lies in the window: zoom and pan. Plain arithmetic; integers are pixel centres in both spaces.
// Called by the controller and the view.
#pragma once

#include "kpt/base/geometry.h"

namespace kpt::annotate {

class Viewport {
 public:
  /// The part of the window that shows the picture, and the picture's size. A picture that fitted before fits again.
  void SetArea(const Box &area_in_window);
  void SetPicture(int width, int height);

  /// All of the picture, as large as the area allows.
  void Fit();

  /// What lies under `xy_in_window` stays there.
  void ZoomAt(Point2 xy_in_window, float factor);
  void Pan(float dx, float dy);

  Point2 WindowFromFrame(Point2 xy_in_frame) const;
  Point2 FrameFromWindow(Point2 xy_in_window) const;

  const Box &area() const noexcept { return area_; }
  Point2 AreaCentre() const { return {area_.x + area_.width / 2, area_.y + area_.height / 2}; }
  float zoom() const noexcept { return zoom_; }  ///< window pixels a picture pixel
  bool fits() const noexcept { return fits_; }

  /// Whether a place in the picture is a place in the picture at all.
  bool Holds(Point2 xy_in_frame) const;

 private:
  void KeepInSight();

  Box area_{0, 0, 1, 1};
  float width_ = 1, height_ = 1;  ///< of the picture
  float zoom_ = 1;
  Point2 corner_;  ///< of the picture's top left edge, in the window
  bool fits_ = true;
};

}  // namespace kpt::annotate
