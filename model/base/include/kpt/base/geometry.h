// The plain value types that every layer shares: points, boxes, links. No library, no allocation.
#pragma once

#include <array>

namespace kpt {

/// A point; the name of the variable says in which space and unit (`xy_in_frame`: pixels, integers are pixel centres).
struct Point2 {
  float x = 0;
  float y = 0;
};

/// An axis-aligned box in pixels: top left corner and size.
struct Box {
  float x = 0;
  float y = 0;
  float width = 0;
  float height = 0;
};

/// A skeleton edge: two keypoint indices, from 0.
using Link = std::array<int, 2>;

}  // namespace kpt
