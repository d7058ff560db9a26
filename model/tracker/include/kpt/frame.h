// A video frame as the tracker takes it: borrowed memory, in system memory or on the GPU.
// No Torch, OpenCV, CUDA or GStreamer in this header.
#pragma once

#include <cstdint>
#include <optional>

namespace kpt {

enum class PixelFormat { kGray8, kRgb, kBgr, kRgba, kBgra, kRgbx, kBgrx, kNv12, kI420 };

enum class FrameMemory {
  kHost,
  kCuda,  ///< device pointers, in the primary context of the device that the network runs on
};

/// A frame as the video system holds it; borrowed for the call.
struct FrameView {
  struct Plane {
    const std::uint8_t *data = nullptr;
    int stride = 0;  ///< bytes from one row to the next
  };
  PixelFormat format = PixelFormat::kRgb;
  int width = 0;
  int height = 0;
  Plane planes[3];
  std::optional<std::int64_t> pts_ns;       ///< none: time advances by duration_ns
  std::optional<std::int64_t> duration_ns;  ///< none: 1/30 s
  FrameMemory memory = FrameMemory::kHost;
  void *cuda_stream = nullptr;  ///< a cudaStream_t; of kCuda: what reads the frame is queued there
};

/// A frame of a format whose pixels lie in one plane, in host memory, without a time.
inline FrameView PackedView(PixelFormat format, const std::uint8_t *pixels, int width, int height, int stride) {
  FrameView view;
  view.format = format;
  view.width = width;
  view.height = height;
  view.planes[0] = {pixels, stride};
  return view;
}

}  // namespace kpt
