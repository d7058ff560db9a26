#include "frame_pixels.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include "kpt/base/error.h"

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

std::uint8_t Clamp8(int v) { return static_cast<std::uint8_t>(std::clamp(v, 0, 255)); }

/// BT.601, limited range, in 10-bit fixed point.
void YuvToRgb(int y, int u, int v, std::uint8_t *rgb) {
  const int luma = 1192 * (y - 16) + 512;
  const int d = u - 128;
  const int e = v - 128;
  rgb[0] = Clamp8((luma + 1634 * e) >> 10);
  rgb[1] = Clamp8((luma - 401 * d - 832 * e) >> 10);
  rgb[2] = Clamp8((luma + 2065 * d) >> 10);
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
}

FramePixels::Layer FramePixels::PackedOrLuma() const {
  return {Borrow(frame_.planes[0], frame_.width, frame_.height, InfoOf(frame_.format).channels), 1};
}

void FramePixels::Grey(const GreyRegion &region, cv::Size size, cv::Mat *grey) {
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
  // Layer pixel i covers frame pixels s*i .. s*i + s-1: its centre lies at s*i + (s-1)/2.
  const auto frame_from_layer = [](double s, cv::Point origin) {
    return Similarity{s, 0, s * origin.x + (s - 1) / 2, s * origin.y + (s - 1) / 2};
  };
  cv::Mat source = layer.pixels;
  Similarity crop_from_source = crop_from_frame * frame_from_layer(layer.subsampling, {0, 0});
  const double scale = crop_from_source.scale();
  if (scale < 0.5) {
    // The crop's bounding rectangle in the layer, on a grid of `factor` pixels so that no area is cut.
    const int factor = std::max(2, static_cast<int>(1 / scale));
    const Similarity source_from_crop = crop_from_source.Inverse();
    const Point2 centre = source_from_crop({size / 2.0F, size / 2.0F});
    const double reach =
        0.5 * size / scale *
            (std::abs(std::cos(crop_from_source.angle_rad())) + std::abs(std::sin(crop_from_source.angle_rad()))) +
        2 * factor;
    const auto grid = [&](double v, int limit, bool up) {
      const double cells = std::clamp(v, 0.0, static_cast<double>(limit)) / factor;
      return std::min(limit, static_cast<int>(up ? std::ceil(cells) : std::floor(cells)) * factor);
    };
    const int left = grid(centre.x - reach, source.cols, false), right = grid(centre.x + reach, source.cols, true);
    const int top = grid(centre.y - reach, source.rows, false), bottom = grid(centre.y + reach, source.rows, true);
    // What is left over at the right and bottom edge does not fill a cell; a smaller picture keeps its pixels.
    const int columns = (right - left) / factor, rows = (bottom - top) / factor;
    if (columns > 0 && rows > 0) {
      cv::resize(source(cv::Rect(left, top, columns * factor, rows * factor)), shrunk_, cv::Size(columns, rows), 0, 0,
                 cv::INTER_AREA);
      source = shrunk_;
      const double centring = (factor - 1) / 2.0;
      crop_from_source = crop_from_source * Similarity{static_cast<double>(factor), 0, left + centring, top + centring};
    }
  }
  const Similarity &t = crop_from_source;
  const cv::Matx23d matrix(t.a, -t.b, t.dx, t.b, t.a, t.dy);
  cv::warpAffine(source, *out, matrix, cv::Size(size, size), cv::INTER_LINEAR, cv::BORDER_CONSTANT,
                 cv::Scalar::all(border));
}

void FramePixels::Crop(const Similarity &crop_from_frame, int size, std::uint8_t *rgb) {
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
    for (int column = 0; column < size; ++column, rgb += 3)
      YuvToRgb(y[column], u[column * step], v[column * step], rgb);
  }
}

}  // namespace kpt
