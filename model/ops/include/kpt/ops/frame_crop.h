// Cuts square crops out of a video frame: turned, scaled, as RGB, and where wanted normalised into a network's input;
// and shrinks a part of a frame to a grey picture. The arithmetic is OpenCV's (warpAffine with bilinear interpolation
// on a grid of 1/32 pixel, resize with INTER_AREA), so that a frame gives the same crop wherever its memory lies.
//
// A frame is three channels, each with its place in memory: that covers packed, planar and half-planar formats alike.
// Knows raw pointers and sizes; no formats by name, no allocation. Called by the tracker and by model/net.
#pragma once

#include <cstdint>

#include "kpt/ops/parallel.h"
#include "kpt/ops/status.h"

namespace kpt::ops {

inline constexpr int kMaxCrops = 8;  ///< of one call
inline constexpr int kFrameChannels = 3;

/// One channel of a frame: red, green, blue, or luma and the two chromas.
struct ChannelPlane {
  const std::uint8_t *data = nullptr;  ///< of the first pixel
  std::int32_t stride = 0;             ///< bytes from one row to the next
  std::int32_t step = 1;               ///< bytes from one pixel to the next
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::int32_t subsampling = 1;  ///< frame pixels a pixel of this plane, on both axes
  std::uint8_t border = 0;       ///< what lies outside
  bool halves_to_even = false;   ///< how a mean of four rounds; OpenCV rounds up, but for pictures of two channels
};

struct FrameChannels {
  ChannelPlane channel[kFrameChannels];
  bool is_yuv = false;  ///< luma and chromas of BT.601, limited range; else red, green, blue (a grey frame: thrice)
};

/// (x, y) -> (a x - b y + dx, b x + a y + dy); pixel centres are integers.
struct Placement {
  double a = 1, b = 0, dx = 0, dy = 0;
};

/// The part of a plane that a crop shows, as cells of `factor` x `factor` pixels whose mean counts.
struct PlaneWindow {
  std::int32_t left = 0, top = 0;      ///< first pixel
  std::int32_t columns = 0, rows = 0;  ///< in cells
  std::int32_t factor = 1;
  double cell_from_crop[6] = {};  ///< 2 x 3, row-major
};

/// Where the crop shrinks the plane to less than half the cells are so large that about one falls on a pixel.
PlaneWindow WindowOf(const Placement &crop_from_frame, int crop_size, int plane_width, int plane_height,
                     int subsampling) noexcept;

/// Crops of one frame; `windows` by crop and channel.
struct FrameCrops {
  FrameChannels frame;
  std::int32_t count = 0;
  std::int32_t size = 0;  ///< of a crop's sides
  PlaneWindow windows[kMaxCrops][kFrameChannels];
};

/// Adds a crop. Returns kBadShape, and adds none, where there are kMaxCrops already.
OpStatus AddCrop(const Placement &crop_from_frame, FrameCrops *crops) noexcept;

/// What is written; a null pointer is left out. Both are [count, size, size, 3], dense.
struct CropOutputs {
  std::uint8_t *rgb = nullptr;
  float *normalised = nullptr;  ///< (rgb - mean) * scale
  float mean[kFrameChannels] = {};
  float scale[kFrameChannels] = {1, 1, 1};
};

/// A rectangle of the frame, `columns` x `rows` small at most: the mean of what each pixel covers, as grey.
struct GreyPart {
  FrameChannels frame;
  std::int32_t left = 0, top = 0, width = 0, height = 0;
  std::int32_t columns = 0, rows = 0;
};

/// Returns kBadShape where a plane is missing or narrower than its stride says, or a size is not positive.
OpStatus CheckCrops(const FrameCrops &crops) noexcept;
/// The same, and where the rectangle leaves the frame or would be enlarged.
OpStatus CheckGrey(const GreyPart &part) noexcept;

OpStatus CropFrameCpu(const FrameCrops &crops, const CropOutputs &out, ParallelFor parallel) noexcept;
OpStatus GreyOfFrameCpu(const GreyPart &part, std::uint8_t *grey, ParallelFor parallel) noexcept;

/// The same on the GPU; pointers are device pointers, `stream` is a cudaStream_t. Present only in CUDA builds.
OpStatus CropFrameCuda(const FrameCrops &crops, const CropOutputs &out, void *stream) noexcept;
OpStatus GreyOfFrameCuda(const GreyPart &part, std::uint8_t *grey, void *stream) noexcept;

}  // namespace kpt::ops
