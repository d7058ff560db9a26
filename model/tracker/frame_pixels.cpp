#include "frame_pixels.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>

#include "kpt/base/error.h"
#include "kpt/ops/frame_crop_core.h"

namespace kpt {
namespace {

constexpr int kLargestSide = 16384;

/// How a format lies in memory: channels of plane 0, cv::cvtColor codes of it to RGB and grey (-1: as it is).
struct FormatInfo {
  int channels;
  int to_rgb;
  int to_grey;
  int planes;
};

FormatInfo InfoOf(PixelFormat format) {
  switch (format) {
    case PixelFormat::kGray8:
      return {1, cv::COLOR_GRAY2RGB, -1, 1};
    case PixelFormat::kRgb:
      return {3, -1, cv::COLOR_RGB2GRAY, 1};
    case PixelFormat::kBgr:
      return {3, cv::COLOR_BGR2RGB, cv::COLOR_BGR2GRAY, 1};
    case PixelFormat::kRgba:
    case PixelFormat::kRgbx:
      return {4, cv::COLOR_RGBA2RGB, cv::COLOR_RGBA2GRAY, 1};
    case PixelFormat::kBgra:
    case PixelFormat::kBgrx:
      return {4, cv::COLOR_BGRA2RGB, cv::COLOR_BGRA2GRAY, 1};
    case PixelFormat::kNv12:
      return {1, -1, -1, 2};
    case PixelFormat::kI420:
      return {1, -1, -1, 3};
  }
  throw Error(ErrorCode::kInvalidArgument, "frame.format: not a known pixel format.");
}

bool IsYuv(PixelFormat format) { return format == PixelFormat::kNv12 || format == PixelFormat::kI420; }

int HalfUp(int n) { return (n + 1) / 2; }

/// A header over borrowed memory, which OpenCV only reads.
cv::Mat Borrow(const FrameView::Plane &plane, int width, int height, int channels) {
  return cv::Mat(height, width, CV_8UC(channels), const_cast<std::uint8_t *>(plane.data),
                 static_cast<std::size_t>(plane.stride));
}

ops::Placement PlacementOf(const Similarity &s) { return {s.a, s.b, s.dx, s.dy}; }

ops::GreyPart PartOf(const GreyRegion &region, cv::Size size) {
  const cv::Rect &rect = region.rect;
  return {{}, rect.x, rect.y, rect.width, rect.height, size.width, size.height};
}

}  // namespace

void CheckFrame(const FrameView &frame) {
  const auto refuse = [](const std::string &what) { throw Error(ErrorCode::kInvalidArgument, "frame." + what); };
  if (frame.width < 1 || frame.height < 1 || frame.width > kLargestSide || frame.height > kLargestSide) {
    refuse("width, frame.height: " + std::to_string(frame.width) + " x " + std::to_string(frame.height) +
           "; sides from 1 to " + std::to_string(kLargestSide) + " are possible.");
  }
  const FormatInfo info = InfoOf(frame.format);
  for (int i = 0; i < info.planes; ++i) {
    int row_bytes = frame.width * info.channels;
    if (i > 0) row_bytes = HalfUp(frame.width) * (frame.format == PixelFormat::kNv12 ? 2 : 1);
    const std::string plane = "planes[" + std::to_string(i) + "]";
    if (frame.planes[i].data == nullptr) refuse(plane + ".data: null.");
    if (frame.planes[i].stride < row_bytes) {
      refuse(plane + ".stride: " + std::to_string(frame.planes[i].stride) + " bytes, a row has " +
             std::to_string(row_bytes) + ".");
    }
  }
}

GreyRegion GreyRegion::Scaled(const cv::Rect &rect, double scale) {
  const double wanted = std::min(1.0, scale);
  GreyRegion region{rect, 1, 1};
  region.scale_x = std::max(1.0, std::round(rect.width * wanted)) / rect.width;
  region.scale_y = std::max(1.0, std::round(rect.height * wanted)) / rect.height;
  return region;
}

cv::Size GreyRegion::size() const {
  return {static_cast<int>(std::lround(rect.width * scale_x)), static_cast<int>(std::lround(rect.height * scale_y))};
}

bool GreyRegion::operator==(const GreyRegion &other) const {
  return rect == other.rect && scale_x == other.scale_x && scale_y == other.scale_y;
}

// Pixel centres are integers, so a region's first pixel covers -0.5 to 0.5.
Point2 GreyRegion::FromFrame(Point2 p) const {
  return {static_cast<float>((p.x - rect.x + 0.5) * scale_x - 0.5),
          static_cast<float>((p.y - rect.y + 0.5) * scale_y - 0.5)};
}

Point2 GreyRegion::ToFrame(Point2 p) const {
  return {static_cast<float>((p.x + 0.5) / scale_x - 0.5 + rect.x),
          static_cast<float>((p.y + 0.5) / scale_y - 0.5 + rect.y)};
}

void FramePixels::Attach(const FrameView &frame) {
  CheckFrame(frame);
  frame_ = frame;
  announced_.clear();
}

FramePixels::Layer FramePixels::PackedOrLuma() const {
  return {Borrow(frame_.planes[0], frame_.width, frame_.height, InfoOf(frame_.format).channels), 1};
}

void FramePixels::Announce(const GreyRegion &region) {
  if (!on_device()) return;
  device_reader_.QueueGrey(frame_, PartOf(region, region.size()), announced_.size());
  announced_.push_back(region);
}

/// What was announced is on its way, or there.
void FramePixels::GreyFromDevice(const GreyRegion &region, cv::Size size, cv::Mat *grey) {
  const auto found = size == region.size() ? std::find(announced_.begin(), announced_.end(), region) : announced_.end();
  const auto slot = static_cast<std::size_t>(found - announced_.begin());
  if (found == announced_.end()) device_reader_.QueueGrey(frame_, PartOf(region, size), slot);
  grey->create(size, CV_8UC1);
  device_reader_.TakeGrey(slot, grey->ptr());
}

void FramePixels::Grey(const GreyRegion &region, cv::Size size, cv::Mat *grey) {
  if (on_device()) return GreyFromDevice(region, size, grey);
  const cv::Mat source = PackedOrLuma().pixels(region.rect);
  const int conversion = InfoOf(frame_.format).to_grey;
  const bool same_size = source.size() == size;
  if (conversion < 0) {
    if (same_size)
      source.copyTo(*grey);
    else
      cv::resize(source, *grey, size, 0, 0, cv::INTER_AREA);
  } else if (same_size) {
    cv::cvtColor(source, *grey, conversion);
  } else {
    cv::resize(source, grey_source_, size, 0, 0, cv::INTER_AREA);
    cv::cvtColor(grey_source_, *grey, conversion);
  }
}

void FramePixels::Warp(const Layer &layer, const Similarity &crop_from_frame, int size, int border, cv::Mat *out) {
  cv::Mat source = layer.pixels;
  const ops::PlaneWindow window =
      ops::WindowOf(PlacementOf(crop_from_frame), size, source.cols, source.rows, layer.subsampling);
  if (window.factor > 1) {
    const cv::Rect part(window.left, window.top, window.columns * window.factor, window.rows * window.factor);
    cv::resize(source(part), shrunk_, cv::Size(window.columns, window.rows), 0, 0, cv::INTER_AREA);
    source = shrunk_;
  }
  const cv::Matx23d matrix(window.cell_from_crop);
  cv::warpAffine(source, *out, matrix, cv::Size(size, size), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 cv::BORDER_CONSTANT, cv::Scalar::all(border));
}

void FramePixels::Crop(const Similarity &crop_from_frame, int size, std::uint8_t *rgb) {
  if (on_device()) return device_reader_.Crop(frame_, PlacementOf(crop_from_frame), size, rgb);
  if (IsYuv(frame_.format)) return CropYuv(crop_from_frame, size, rgb);
  cv::Mat out(size, size, CV_8UC3, rgb);
  const int conversion = InfoOf(frame_.format).to_rgb;
  if (conversion < 0) return Warp(PackedOrLuma(), crop_from_frame, size, 0, &out);
  Warp(PackedOrLuma(), crop_from_frame, size, 0, &warped_);
  cv::cvtColor(warped_, out, conversion);
}

void FramePixels::CropYuv(const Similarity &crop_from_frame, int size, std::uint8_t *rgb) {
  constexpr int kBlackLuma = 16, kNoColour = 128;
  const bool interleaved = frame_.format == PixelFormat::kNv12;
  const int chroma_width = HalfUp(frame_.width), chroma_height = HalfUp(frame_.height);
  const auto chroma_layer = [&](int plane) {
    return Layer{Borrow(frame_.planes[plane], chroma_width, chroma_height, interleaved ? 2 : 1), 2};
  };
  Warp(PackedOrLuma(), crop_from_frame, size, kBlackLuma, &luma_);
  Warp(chroma_layer(1), crop_from_frame, size, kNoColour, &chroma_);
  if (!interleaved) Warp(chroma_layer(2), crop_from_frame, size, kNoColour, &chroma_v_);
  for (int row = 0; row < size; ++row) {
    const std::uint8_t *y = luma_.ptr(row);
    const std::uint8_t *u = chroma_.ptr(row);
    const std::uint8_t *v = interleaved ? u + 1 : chroma_v_.ptr(row);
    const int step = interleaved ? 2 : 1;
    for (int column = 0; column < size; ++column, rgb += 3) {
      const ops::Rgb pixel = ops::RgbOfYuv(y[column], u[column * step], v[column * step]);
      std::copy(std::begin(pixel.channel), std::end(pixel.channel), rgb);
    }
  }
}

}  // namespace kpt
