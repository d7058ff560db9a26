// Anti-aliased shapes for the canvas: each says which pixels of a row it may touch, and how much of a pixel it covers,
// from the signed distance to its edge. All lengths in pixels, up to about a million; integers are pixel centres.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "kpt/base/geometry.h"

namespace kpt::gst {

/// Pixels `first` <= x <= `last` of a row, as real numbers; empty where last < first.
struct Span {
  float first = 0;
  float last = -1;
};

/// The smallest span that holds both.
inline Span Union(const Span &a, const Span &b) {
  if (a.last < a.first) return b;
  if (b.last < b.first) return a;
  return {std::min(a.first, b.first), std::max(a.last, b.last)};
}

/// What a shape may touch in one row: two parts, from left to right, so that a large hollow shape costs little.
using RowSpans = std::array<Span, 2>;

/// The length of a vector. std::hypot guards against overflow, which takes longer than all the rest of a shape.
inline float Length(float x, float y) { return std::sqrt(x * x + y * y); }

/// How much of a pixel is inside an edge at this signed distance (negative: inside).
inline float CoverageAt(float distance) { return std::clamp(0.5F - distance, 0.0F, 1.0F); }

/// A filled circle.
struct Disc {
  Point2 centre;
  float radius;

  float Top() const { return centre.y - radius - 1; }
  float Bottom() const { return centre.y + radius + 1; }
  RowSpans SpansAt(float) const { return {{{centre.x - radius - 1, centre.x + radius + 1}, {}}}; }
  float Coverage(float x, float y) const { return CoverageAt(Length(x - centre.x, y - centre.y) - radius); }
};

/// A hollow circle: `radius` is that of the middle of its line.
struct Ring {
  Point2 centre;
  float radius;
  float half_width;

  float Top() const { return centre.y - radius - half_width - 1; }
  float Bottom() const { return centre.y + radius + half_width + 1; }
  RowSpans SpansAt(float) const {
    const float reach = radius + half_width + 1;
    return {{{centre.x - reach, centre.x + reach}, {}}};
  }
  float Coverage(float x, float y) const {
    return CoverageAt(std::abs(Length(x - centre.x, y - centre.y) - radius) - half_width);
  }
};

/// A line with round ends.
struct Capsule {
  Point2 from;
  Point2 to;
  float half_width;

  float Top() const { return std::min(from.y, to.y) - half_width - 1; }
  float Bottom() const { return std::max(from.y, to.y) + half_width + 1; }

  /// Only the piece of the line near the row: a long diagonal would otherwise visit its whole bounding box.
  RowSpans SpansAt(float y) const {
    const float reach = half_width + 1;
    const float dy = to.y - from.y;
    float t0 = 0;
    float t1 = 1;
    if (std::abs(dy) > 1e-3F) {
      const float a = (y - reach - from.y) / dy;
      const float b = (y + reach - from.y) / dy;
      t0 = std::clamp(std::min(a, b), 0.0F, 1.0F);
      t1 = std::clamp(std::max(a, b), 0.0F, 1.0F);
    }
    const float x0 = from.x + t0 * (to.x - from.x);
    const float x1 = from.x + t1 * (to.x - from.x);
    return {{{std::min(x0, x1) - reach, std::max(x0, x1) + reach}, {}}};
  }

  float Coverage(float x, float y) const {
    const float dx = to.x - from.x;
    const float dy = to.y - from.y;
    const float length2 = dx * dx + dy * dy;
    const float along = length2 > 0 ? ((x - from.x) * dx + (y - from.y) * dy) / length2 : 0;
    const float t = std::clamp(along, 0.0F, 1.0F);
    return CoverageAt(Length(x - from.x - t * dx, y - from.y - t * dy) - half_width);
  }
};

/// A rectangle with round corners, filled or as an outline.
struct RoundedBox {
  Box box;
  float corner;
  float half_width = -1;  ///< of the outline; negative: filled

  float Reach() const { return std::max(half_width, 0.0F) + 1; }
  float Top() const { return box.y - Reach(); }
  float Bottom() const { return box.y + box.height + Reach(); }
  RowSpans SpansAt(float y) const {
    const float left = box.x - Reach();
    const float right = box.x + box.width + Reach();
    const float edge = corner + 2 * Reach();  // thickness of the part that the outline and its corners lie in
    const bool only_sides = half_width >= 0 && y > Top() + edge && y < Bottom() - edge && box.width > 2 * edge;
    if (!only_sides) return {{{left, right}, {}}};
    return {{{left, left + edge}, {right - edge, right}}};
  }
  float Coverage(float x, float y) const {
    const float r = std::min(corner, std::min(box.width, box.height) / 2);
    const float qx = std::abs(x - box.x - box.width / 2) - box.width / 2 + r;
    const float qy = std::abs(y - box.y - box.height / 2) - box.height / 2 + r;
    const float outside = Length(std::max(qx, 0.0F), std::max(qy, 0.0F));
    const float distance = outside + std::min(std::max(qx, qy), 0.0F) - r;
    return CoverageAt(half_width < 0 ? distance : std::abs(distance) - half_width);
  }
};

/// A ready-made picture of coverage, for text. Borrowed; placed with its top left pixel at (x, y).
struct Stamp {
  const std::uint8_t *coverage;
  int width;
  int height;
  int x;
  int y;

  float Top() const { return static_cast<float>(y); }
  float Bottom() const { return static_cast<float>(y + height - 1); }
  RowSpans SpansAt(float) const { return {{{static_cast<float>(x), static_cast<float>(x + width - 1)}, {}}}; }
  float Coverage(float px, float py) const {
    const int column = static_cast<int>(px) - x;
    const int row = static_cast<int>(py) - y;
    if (column < 0 || column >= width || row < 0 || row >= height) return 0;
    return static_cast<float>(coverage[row * width + column]) / 255;
  }
};

}  // namespace kpt::gst
