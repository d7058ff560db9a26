// Blends shapes into a video frame of any format in KPT_VIDEO_FORMATS. YUV chroma of 2x2 pixels takes the mean of their
// coverage, so that thin lines keep their colour. Knows no keypoints. Called by the overlay.
#pragma once

#include <gst/video/video.h>

#include <array>
#include <cstdint>
#include <vector>

#include "shapes.h"

namespace kpt::gst {

/// Full-range RGB, each 0 to 255, with an opacity in [0, 1].
struct Colour {
  float r = 0;
  float g = 0;
  float b = 0;
  float opacity = 1;
};

class Canvas {
 public:
  /// Draws into `frame`, which stays mapped for writing while the canvas lives.
  /// Throws kpt::Error for a format that it cannot blend.
  explicit Canvas(GstVideoFrame *frame);

  int width() const noexcept { return width_; }
  int height() const noexcept { return height_; }

  /// The smallest rectangle that holds all that was blended into; of no size at first.
  GstVideoRectangle touched() const noexcept;

  /// Blends `colour` where `shape` covers the frame. Coordinates may lie anywhere, but must be finite.
  template <typename Shape>
  void Fill(const Shape &shape, const Colour &colour);

 private:
  struct Channel {  // of one pixel, in its plane
    int plane;
    int offset;
    int pixel_stride;
  };

  /// Coverage of one row, 0 to 255, in `rows_[index]` from `x0` to before `x1`.
  template <typename Shape>
  void Cover(const Shape &shape, const Colour &colour, int index, int y, int x0, int x1);

  void Touch(int y, int x0, int x1);
  void BlendPair(int y, int x0, int x1, const std::array<std::uint8_t, 4> &value);
  void BlendRow(const Channel &channel, int y, int x0, int x1, const std::uint8_t *alpha, int value);
  void BlendChroma(int y, int x0, int x1, const std::array<std::uint8_t, 4> &value);
  std::array<std::uint8_t, 4> ValuesOf(const Colour &colour) const;
  std::uint8_t *Row(int plane, int y) const;

  GstVideoFrame *frame_;
  int width_;
  int height_;
  bool subsampled_ = false;        // the second and third channel have half the size
  std::vector<Channel> channels_;  // of the values that ValuesOf gives
  std::array<double, 3> luma_weights_ = {0.299, 0.587, 0.114};
  int luma_offset_ = 0;
  int luma_scale_ = 255;
  int chroma_scale_ = 255;
  std::array<std::vector<std::uint8_t>, 2> rows_;  // coverage of two rows
  std::vector<std::uint8_t> half_row_;             // their mean at chroma positions
  int left_, right_ = 0, top_, bottom_ = 0;        // of what was blended into; right and bottom lie behind it
};

template <typename Shape>
void Canvas::Cover(const Shape &shape, const Colour &colour, int index, int y, int x0, int x1) {
  auto &row = rows_[static_cast<std::size_t>(index)];
  const bool inside = y < height_;  // the last row of an odd height has no partner
  for (int x = x0; x < x1; ++x) {
    const float coverage = inside ? shape.Coverage(static_cast<float>(x), static_cast<float>(y)) : 0;
    row[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(coverage * colour.opacity * 255 + 0.5F);
  }
}

template <typename Shape>
void Canvas::Fill(const Shape &shape, const Colour &colour) {
  const auto value = ValuesOf(colour);
  const float last_row = static_cast<float>(height_ - 1);
  const float last_column = static_cast<float>(width_ - 1);
  if (!(shape.Bottom() >= 0 && shape.Top() <= last_row)) return;
  const int top = static_cast<int>(std::clamp(std::floor(shape.Top()), 0.0F, last_row)) & ~1;
  const int bottom = static_cast<int>(std::clamp(std::ceil(shape.Bottom()), 0.0F, last_row));
  for (int y = top; y <= bottom; y += 2) {
    const RowSpans upper = shape.SpansAt(static_cast<float>(y));
    const RowSpans lower = shape.SpansAt(static_cast<float>(y + 1));
    int done = 0;  // no pixel is blended twice where the two parts of a row meet
    for (std::size_t part = 0; part < upper.size(); ++part) {
      const Span span = Union(upper[part], lower[part]);
      if (!(span.last >= static_cast<float>(done) && span.first <= last_column)) continue;
      const int first = static_cast<int>(std::clamp(std::floor(span.first), 0.0F, last_column)) & ~1;
      const int x0 = std::max(first, done);
      const int x1 = static_cast<int>(std::clamp(std::ceil(span.last), 0.0F, last_column)) + 1;
      if (x0 >= x1) continue;
      Cover(shape, colour, 0, y, x0, x1);
      Cover(shape, colour, 1, y + 1, x0, x1);
      BlendPair(y, x0, x1, value);
      Touch(y, x0, x1);
      done = (x1 + 1) & ~1;
    }
  }
}

}  // namespace kpt::gst
