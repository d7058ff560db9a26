// See canvas.h. Pixels are blended two rows at a time, which is what a chroma sample spans.
#include "canvas.h"

#include <string>

#include "kpt/base/error.h"

namespace kpt::gst {
namespace {

constexpr std::uint8_t kOpaque = 255;

std::uint8_t Mix(std::uint8_t under, int value, int alpha) {
  // Exact division by 255 with rounding, for products up to 255 * 255.
  const int sum = under * (255 - alpha) + value * alpha + 128;
  return static_cast<std::uint8_t>((sum + (sum >> 8)) >> 8);
}

std::uint8_t ToByte(double value) { return static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0)); }

}  // namespace

Canvas::Canvas(GstVideoFrame *frame)
    : frame_(frame),
      width_(GST_VIDEO_FRAME_WIDTH(frame)),
      height_(GST_VIDEO_FRAME_HEIGHT(frame)),
      left_(width_),
      top_(height_) {
  const GstVideoInfo &info = frame->info;
  const GstVideoFormatInfo *format = info.finfo;
  if (GST_VIDEO_FORMAT_INFO_DEPTH(format, 0) != 8) {
    throw Error(ErrorCode::kInvalidArgument,
                std::string("Cannot draw into ") + GST_VIDEO_FORMAT_INFO_NAME(format) + " frames.");
  }
  for (guint i = 0; i < GST_VIDEO_INFO_N_COMPONENTS(&info); ++i) {
    channels_.push_back({GST_VIDEO_FORMAT_INFO_PLANE(format, i),
                         static_cast<int>(GST_VIDEO_FORMAT_INFO_POFFSET(format, i)),
                         GST_VIDEO_FORMAT_INFO_PSTRIDE(format, i)});
  }
  subsampled_ = GST_VIDEO_FORMAT_INFO_IS_YUV(format);

  if (!GST_VIDEO_FORMAT_INFO_IS_RGB(format)) {
    double kr = 0;
    double kb = 0;
    if (gst_video_color_matrix_get_Kr_Kb(info.colorimetry.matrix, &kr, &kb)) luma_weights_ = {kr, 1 - kr - kb, kb};
    std::array<gint, GST_VIDEO_MAX_COMPONENTS> offset{};
    std::array<gint, GST_VIDEO_MAX_COMPONENTS> scale{};
    gst_video_color_range_offsets(info.colorimetry.range, format, offset.data(), scale.data());
    luma_offset_ = offset[0];
    luma_scale_ = scale[0];
    chroma_scale_ = subsampled_ ? scale[1] : 0;
  }
  // One more than the width: the partner of an odd last column.
  for (auto &row : rows_) row.assign(static_cast<std::size_t>(width_) + 1, 0);
  half_row_.assign(static_cast<std::size_t>(width_) / 2 + 1, 0);
}

GstVideoRectangle Canvas::touched() const noexcept {
  if (right_ <= left_) return {0, 0, 0, 0};
  return {left_, top_, right_ - left_, bottom_ - top_};
}

void Canvas::Touch(int y, int x0, int x1) {
  left_ = std::min(left_, x0);
  right_ = std::max(right_, x1);
  top_ = std::min(top_, y);
  bottom_ = std::min(height_, std::max(bottom_, y + 2));
}

std::array<std::uint8_t, 4> Canvas::ValuesOf(const Colour &colour) const {
  if (GST_VIDEO_INFO_IS_RGB(&frame_->info)) {
    return {ToByte(colour.r), ToByte(colour.g), ToByte(colour.b), kOpaque};
  }
  const auto &[kr, kg, kb] = luma_weights_;
  const double r = colour.r / 255;
  const double g = colour.g / 255;
  const double b = colour.b / 255;
  const double luma = kr * r + kg * g + kb * b;
  return {ToByte(luma_offset_ + luma_scale_ * luma), ToByte(128 + chroma_scale_ * (b - luma) / (2 * (1 - kb))),
          ToByte(128 + chroma_scale_ * (r - luma) / (2 * (1 - kr))), kOpaque};
}

std::uint8_t *Canvas::Row(int plane, int y) const {
  auto *data = static_cast<std::uint8_t *>(GST_VIDEO_FRAME_PLANE_DATA(frame_, plane));
  return data + static_cast<std::ptrdiff_t>(y) * GST_VIDEO_FRAME_PLANE_STRIDE(frame_, plane);
}

void Canvas::BlendPair(int y, int x0, int x1, const std::array<std::uint8_t, 4> &value) {
  const std::size_t full_size = subsampled_ ? 1 : channels_.size();
  for (int row = 0; row < 2 && y + row < height_; ++row) {
    const std::uint8_t *alpha = rows_[static_cast<std::size_t>(row)].data();
    for (std::size_t i = 0; i < full_size; ++i) BlendRow(channels_[i], y + row, x0, x1, alpha, value[i]);
  }
  if (subsampled_) BlendChroma(y, x0, x1, value);
}

void Canvas::BlendRow(const Channel &channel, int y, int x0, int x1, const std::uint8_t *alpha, int value) {
  std::uint8_t *pixels = Row(channel.plane, y) + channel.offset;
  for (int x = x0; x < x1; ++x) {
    std::uint8_t &pixel = pixels[static_cast<std::ptrdiff_t>(x) * channel.pixel_stride];
    pixel = Mix(pixel, value, alpha[x]);
  }
}

void Canvas::BlendChroma(int y, int x0, int x1, const std::array<std::uint8_t, 4> &value) {
  // What lies beyond an odd edge has no pixels: the mean is over those that exist.
  const int rows = std::min(2, height_ - y);
  for (auto &row : rows_) row[static_cast<std::size_t>(x1)] = 0;
  for (int x = x0; x < x1; x += 2) {
    const int columns = std::min(2, width_ - x);
    const auto at = static_cast<std::size_t>(x);
    const int sum = rows_[0][at] + rows_[0][at + 1] + rows_[1][at] + rows_[1][at + 1];
    half_row_[at / 2] = static_cast<std::uint8_t>(sum / (rows * columns));
  }
  for (std::size_t i = 1; i < 3; ++i) BlendRow(channels_[i], y / 2, x0 / 2, (x1 + 1) / 2, half_row_.data(), value[i]);
}

}  // namespace kpt::gst
