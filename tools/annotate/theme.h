// Colours and text sizes of the window. Called by what draws it.
#pragma once

#include "canvas.h"

namespace kpt::annotate {

inline constexpr gst::Colour kBackground{22, 24, 28}, kSurface{33, 36, 42}, kRaised{47, 51, 60}, kInk{236, 239, 244},
    kFaint{150, 157, 170}, kAccent{255, 196, 61}, kGood{126, 211, 140}, kWrong{255, 120, 110}, kDark{0, 0, 0, 0.55F};

inline constexpr int kSmall = 9, kNormal = 10, kLarge = 15;  ///< pixels of a capital

inline gst::Colour Faded(gst::Colour colour, float opacity) {
  colour.opacity *= opacity;
  return colour;
}

/// A keypoint's colour light enough for letters on a dark ground.
inline gst::Colour ForText(const gst::Colour &colour) {
  const auto lighter = [](float value) { return value + 0.45F * (255 - value); };
  return {lighter(colour.r), lighter(colour.g), lighter(colour.b), colour.opacity};
}

}  // namespace kpt::annotate
