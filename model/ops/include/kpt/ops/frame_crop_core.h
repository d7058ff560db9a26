// The arithmetic of frame_crop.h, one output pixel at a time: the one place where the formulas are written.
//
// Knows pointers and sizes; no loops over outputs, no threads. Driven by frame_crop.cpp and frame_crop_cuda.cu. Both
// are compiled without fused multiply-add, so that host and device round alike.
#pragma once

#include <cmath>
#include <cstdint>

#include "kpt/ops/frame_crop.h"
#include "kpt/ops/hd.h"

namespace kpt::ops {

struct Rgb {
  std::uint8_t channel[kFrameChannels];
};

KPT_HD std::uint8_t ToByte(int v) { return static_cast<std::uint8_t>(v < 0 ? 0 : v > 255 ? 255 : v); }
KPT_HD std::uint8_t ToByte(float v) { return ToByte(static_cast<int>(rintf(v))); }

/// BT.601, limited range, in 10-bit fixed point.
KPT_HD Rgb RgbOfYuv(int y, int u, int v) {
  const int luma = 1192 * (y - 16) + 512;
  const int d = u - 128;
  const int e = v - 128;
  return {{ToByte((luma + 1634 * e) >> 10), ToByte((luma - 401 * d - 832 * e) >> 10), ToByte((luma + 2065 * d) >> 10)}};
}

/// OpenCV's weights of red, green and blue, in 15-bit fixed point.
KPT_HD std::uint8_t GreyOfRgb(const Rgb &rgb) {
  return static_cast<std::uint8_t>(
      (9798 * rgb.channel[0] + 19235 * rgb.channel[1] + 3735 * rgb.channel[2] + (1 << 14)) >> 15);
}

/// A coordinate in 1/1024 pixel. Far outside is far outside: the clamp keeps huge numbers and NaN out of the integers.
KPT_HD std::int64_t ToFixed(double v) {
  constexpr double kFar = 1e9;
  const double scaled = v * 1024;
  return scaled > -kFar ? static_cast<std::int64_t>(rint(scaled < kFar ? scaled : kFar))
                        : static_cast<std::int64_t>(-kFar);
}

KPT_HD int CellValue(const ChannelPlane &plane, const PlaneWindow &window, std::int64_t column, std::int64_t row) {
  if (column < 0 || row < 0 || column >= window.columns || row >= window.rows) return plane.border;
  const int factor = window.factor;
  const std::uint8_t *first = plane.data + (window.top + row * factor) * static_cast<std::int64_t>(plane.stride) +
                              (window.left + column * factor) * plane.step;
  if (factor == 1) return *first;
  int sum = 0;
  for (int y = 0; y < factor; ++y) {
    const std::uint8_t *pixel = first + y * static_cast<std::int64_t>(plane.stride);
    for (int x = 0; x < factor; ++x, pixel += plane.step) sum += *pixel;
  }
  if (factor == 2 && !plane.halves_to_even) return (sum + 2) >> 2;
  return ToByte(static_cast<float>(sum) * (1.0F / static_cast<float>(factor * factor)));
}

/// One channel at pixel (x, y) of a crop: bilinear between cells, on a grid of 1/32 cell.
KPT_HD std::uint8_t ChannelOfCrop(const ChannelPlane &plane, const PlaneWindow &window, int x, int y) {
  const double *m = window.cell_from_crop;
  const std::int64_t fixed_x = (ToFixed(m[1] * y + m[2]) + 16 + ToFixed(m[0] * x)) >> 5;
  const std::int64_t fixed_y = (ToFixed(m[4] * y + m[5]) + 16 + ToFixed(m[3] * x)) >> 5;
  const std::int64_t column = fixed_x >> 5, row = fixed_y >> 5;
  const int right = static_cast<int>(fixed_x & 31), below = static_cast<int>(fixed_y & 31);
  const int above = 32 - below, left = 32 - right;
  const int sum = above * (left * CellValue(plane, window, column, row) +  //
                           right * CellValue(plane, window, column + 1, row)) +
                  below * (left * CellValue(plane, window, column, row + 1) +
                           right * CellValue(plane, window, column + 1, row + 1));
  return static_cast<std::uint8_t>((sum + 512) >> 10);
}

KPT_HD Rgb ToRgb(const FrameChannels &frame, const Rgb &channels) {
  return frame.is_yuv ? RgbOfYuv(channels.channel[0], channels.channel[1], channels.channel[2]) : channels;
}

/// `pixel` counts (crop, y, x) in row-major order.
KPT_HD void WriteCropPixel(const FrameCrops &crops, const CropOutputs &out, std::int64_t pixel) {
  const int x = static_cast<int>(pixel % crops.size);
  const int y = static_cast<int>(pixel / crops.size % crops.size);
  const PlaneWindow *windows = crops.windows[pixel / crops.size / crops.size];
  Rgb channels;
  for (int c = 0; c < kFrameChannels; ++c) {
    channels.channel[c] = ChannelOfCrop(crops.frame.channel[c], windows[c], x, y);
  }
  const Rgb rgb = ToRgb(crops.frame, channels);
  for (int c = 0; c < kFrameChannels; ++c) {
    const std::int64_t at = kFrameChannels * pixel + c;
    if (out.rgb != nullptr) out.rgb[at] = rgb.channel[c];
    if (out.normalised != nullptr) {
      out.normalised[at] = (static_cast<float>(rgb.channel[c]) - out.mean[c]) * out.scale[c];
    }
  }
}

/// The source pixels that one pixel of a shrunken picture covers, along one axis.
struct Coverage {
  int first, last;                       ///< last is included
  float first_share, share, last_share;  ///< of the mean
};

KPT_HD Coverage CoverageOf(int index, int source_size, int size) {
  const double scale = static_cast<double>(source_size) / size;
  const double begin = index * scale;
  const double end = begin + scale < source_size ? begin + scale : source_size;
  int first = static_cast<int>(floor(begin));
  int last = static_cast<int>(ceil(end)) - 1;
  if (first > source_size - 1) first = source_size - 1;
  if (last < first) last = first;
  const double length = end - begin;
  const double first_end = first + 1 < end ? first + 1 : end;
  return {first, last, static_cast<float>((first_end - begin) / length), static_cast<float>(1 / length),
          static_cast<float>((end - last) / length)};
}

KPT_HD float ShareOf(const Coverage &coverage, int i) {
  if (i == coverage.first) return coverage.first_share;
  return i == coverage.last ? coverage.last_share : coverage.share;
}

KPT_HD std::uint8_t MeanOfPart(const ChannelPlane &plane, const GreyPart &part, int x, int y) {
  const Coverage across = CoverageOf(x, part.width, part.columns), down = CoverageOf(y, part.height, part.rows);
  float sum = 0;
  for (int row = down.first; row <= down.last; ++row) {
    const std::uint8_t *pixel = plane.data + (part.top + row) * static_cast<std::int64_t>(plane.stride) +
                                static_cast<std::int64_t>(part.left) * plane.step;
    float of_row = 0;
    for (int column = across.first; column <= across.last; ++column) {
      of_row += ShareOf(across, column) * static_cast<float>(pixel[static_cast<std::int64_t>(column) * plane.step]);
    }
    sum += ShareOf(down, row) * of_row;
  }
  return ToByte(sum);
}

/// `pixel` counts (y, x) in row-major order. Luma is grey as it is.
KPT_HD std::uint8_t GreyPixel(const GreyPart &part, std::int64_t pixel) {
  const int x = static_cast<int>(pixel % part.columns), y = static_cast<int>(pixel / part.columns);
  Rgb rgb;
  rgb.channel[0] = MeanOfPart(part.frame.channel[0], part, x, y);
  if (part.frame.is_yuv || part.frame.channel[0].data == part.frame.channel[1].data) return rgb.channel[0];
  for (int c = 1; c < kFrameChannels; ++c) rgb.channel[c] = MeanOfPart(part.frame.channel[c], part, x, y);
  return GreyOfRgb(rgb);
}

}  // namespace kpt::ops
