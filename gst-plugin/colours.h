// The colours of keypoints and instances, the same wherever they are drawn.
#pragma once

#include <algorithm>
#include <cmath>

#include "canvas.h"

namespace kpt::gst {

/// A hue in turns, bright and not quite saturated.
inline Colour FromHue(float turns) {
  const auto channel = [&](float shift) {
    const float k = std::fmod(turns * 6 + shift, 6.0F);
    return 255 * (1 - 0.78F * std::clamp(std::min(k, 4 - k), 0.0F, 1.0F));
  };
  return {channel(5), channel(3), channel(1), 1};
}

/// Different for each of `count` keypoints.
inline Colour ColourOfKeypoint(std::size_t keypoint, std::size_t count) {
  return FromHue(0.85F * static_cast<float>(keypoint) / std::max(1.0F, static_cast<float>(count)));
}

}  // namespace kpt::gst
