// Frames of random pixels in every layout that model/ops reads, on the host and on the GPU.
// Used by the files of this folder.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "device_memory.h"
#include "kpt/ops/frame_crop.h"

namespace kpt::gpu {

enum class Layout { kGrey, kRgb, kBgr, kRgba, kBgra, kNv12, kI420 };
inline constexpr Layout kLayouts[] = {Layout::kGrey, Layout::kRgb,  Layout::kBgr, Layout::kRgba,
                                      Layout::kBgra, Layout::kNv12, Layout::kI420};

/// The channels of a frame at `base`: planes behind one another, rows padded to 64 bytes.
inline ops::FrameChannels ChannelsAt(const std::uint8_t *base, Layout layout, int width, int height) {
  const auto padded = [](int bytes) { return (bytes + 63) / 64 * 64; };
  const auto packed = [&](int step, int offset) {
    return ops::ChannelPlane{base + offset, padded(width * step), step, width, height, 1, 0, false};
  };
  const int half_width = (width + 1) / 2, half_height = (height + 1) / 2;
  const std::uint8_t *chroma = base + static_cast<std::ptrdiff_t>(padded(width)) * height;
  const auto half = [&](int step, std::ptrdiff_t offset) {
    return ops::ChannelPlane{chroma + offset, padded(half_width * step), step, half_width, half_height, 2, 128,
                             step == 2};
  };
  ops::ChannelPlane luma = packed(1, 0);
  luma.border = 16;
  switch (layout) {
    case Layout::kGrey:
      return {{packed(1, 0), packed(1, 0), packed(1, 0)}, false};
    case Layout::kRgb:
      return {{packed(3, 0), packed(3, 1), packed(3, 2)}, false};
    case Layout::kBgr:
      return {{packed(3, 2), packed(3, 1), packed(3, 0)}, false};
    case Layout::kRgba:
      return {{packed(4, 0), packed(4, 1), packed(4, 2)}, false};
    case Layout::kBgra:
      return {{packed(4, 2), packed(4, 1), packed(4, 0)}, false};
    case Layout::kNv12:
      return {{luma, half(2, 0), half(2, 1)}, true};
    case Layout::kI420:
      return {{luma, half(1, 0), half(1, std::ptrdiff_t{padded(half_width)} * half_height)}, true};
  }
  return {};
}

/// The same pixels here and there.
class RandomFrame {
 public:
  RandomFrame(Layout layout, int width, int height)
      : layout_(layout), width_(width), height_(height), host_(Bytes(width, height)), device_(host_) {}
  ops::FrameChannels OnHost() const { return ChannelsAt(host_.data(), layout_, width_, height_); }
  ops::FrameChannels OnDevice() { return ChannelsAt(device_.data(), layout_, width_, height_); }

 private:
  static std::vector<std::uint8_t> Bytes(int width, int height) {
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(4 * width + 64) * (height + 1));
    std::mt19937 random(7);
    for (std::uint8_t &byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
  }

  Layout layout_;
  int width_, height_;
  std::vector<std::uint8_t> host_;
  OnGpu<std::uint8_t> device_;
};

/// Crops of a frame of this size: as it is, enlarged and turned, over the corner, shrunk twice and much.
inline ops::FrameCrops CropsOf(const ops::FrameChannels &frame, int size, int count) {
  const double width = frame.channel[0].width;
  const ops::Placement placements[] = {{1, 0, -5.3, -3.1},     {1.9, 0.8, -100, 20},          {-0.7, 0.4, 90, 40},
                                       {0.42, -0.1, 10, 20},   {size / width, 0, 0, 0},       {0.2, 0.15, 30, -20},
                                       {0.99, 0.01, -300, 10}, {0.5, 0.5, -width / 4, -width}};
  ops::FrameCrops crops;
  crops.frame = frame;
  crops.size = size;
  for (int i = 0; i < count; ++i) EXPECT_EQ(ops::AddCrop(placements[i], &crops), ops::OpStatus::kOk);
  return crops;
}

}  // namespace kpt::gpu
