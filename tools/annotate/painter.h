// Anti-aliased shapes and text on a picture in memory, with the canvas that keypointoverlay draws with. Knows no
// session. Called by the view.
#pragma once

#include <gst/video/video.h>

#include <opencv2/core.hpp>
#include <string>

#include "canvas.h"
#include "text_stamps.h"

namespace kpt::annotate {

using gst::Colour;

class Painter {
 public:
  /// Draws into `*bgrx` (8-bit, 4 channels), which outlives the painter. `texts` is kept from picture to picture.
  Painter(cv::Mat *bgrx, gst::TextStamps *texts);

  template <typename Shape>
  void Fill(const Shape &shape, const Colour &colour) {
    canvas_.Fill(shape, colour);
  }

  /// A filled rectangle with sharp edges.
  void Block(const Box &box, const Colour &colour);

  /// `text` in capitals `pixels` high that stand on y; returns the x behind it.
  float Text(const std::string &text, float x, float y, int pixels, const Colour &colour);

  /// Likewise, ending before x.
  void TextBefore(const std::string &text, float x, float y, int pixels, const Colour &colour);

  /// How wide `text` is, with what belongs to it left and right.
  float WidthOf(const std::string &text, int pixels);

 private:
  GstVideoFrame frame_{};
  gst::Canvas canvas_;
  gst::TextStamps &texts_;
};

}  // namespace kpt::annotate
