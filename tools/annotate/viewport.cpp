// See viewport.h.
#include "viewport.h"

#include <algorithm>

namespace kpt::annotate {
namespace {

constexpr float kLargestZoom = 40;
constexpr float kSmallestZoom = 0.02F;
constexpr float kSurround = 10;  ///< window pixels around a picture that fits
constexpr float kInSight = 60;   ///< window pixels of the picture that panning leaves in the area

}  // namespace

void Viewport::SetArea(const Box &area_in_window) {
  area_ = area_in_window;
  fits_ ? Fit() : KeepInSight();
}

void Viewport::SetPicture(int width, int height) {
  const bool same = width_ == static_cast<float>(width) && height_ == static_cast<float>(height);
  width_ = static_cast<float>(width);
  height_ = static_cast<float>(height);
  if (fits_ || !same) Fit();
}

void Viewport::Fit() {
  const float width = std::max(1.0F, area_.width - 2 * kSurround),
              height = std::max(1.0F, area_.height - 2 * kSurround);
  zoom_ = std::clamp(std::min(width / width_, height / height_), kSmallestZoom, kLargestZoom);
  corner_ = {area_.x + (area_.width - zoom_ * width_) / 2, area_.y + (area_.height - zoom_ * height_) / 2};
  fits_ = true;
}

void Viewport::ZoomAt(Point2 xy_in_window, float factor) {
  const Point2 fixed = FrameFromWindow(xy_in_window);
  zoom_ = std::clamp(zoom_ * factor, kSmallestZoom, kLargestZoom);
  const Point2 moved = WindowFromFrame(fixed);
  fits_ = false;
  Pan(xy_in_window.x - moved.x, xy_in_window.y - moved.y);
}

void Viewport::Pan(float dx, float dy) {
  corner_ = {corner_.x + dx, corner_.y + dy};
  fits_ = false;
  KeepInSight();
}

void Viewport::KeepInSight() {
  const auto keep = [](float corner, float size, float begin, float length) {
    const float margin = std::min({kInSight, size, length});
    return std::clamp(corner, begin + margin - size, begin + length - margin);
  };
  corner_ = {keep(corner_.x, zoom_ * width_, area_.x, area_.width),
             keep(corner_.y, zoom_ * height_, area_.y, area_.height)};
}

// A pixel spans half a pixel on every side of its centre, in the picture and in the window.
Point2 Viewport::WindowFromFrame(Point2 p) const {
  return {corner_.x + zoom_ * (p.x + 0.5F) - 0.5F, corner_.y + zoom_ * (p.y + 0.5F) - 0.5F};
}

Point2 Viewport::FrameFromWindow(Point2 p) const {
  return {(p.x + 0.5F - corner_.x) / zoom_ - 0.5F, (p.y + 0.5F - corner_.y) / zoom_ - 0.5F};
}

bool Viewport::Holds(Point2 p) const {
  return p.x >= -0.5F && p.y >= -0.5F && p.x <= width_ - 0.5F && p.y <= height_ - 0.5F;
}

}  // namespace kpt::annotate
