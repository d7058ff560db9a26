// Brings small parts of a frame in GPU memory into system memory: the grey surroundings that optical flow compares, and
// the few crops that are looked at outside the network. Each call waits for the frame's stream once.
//
// Knows CUDA's runtime, and of it nothing but memory and streams. In a build without CUDA every call throws. Called by
// frame_pixels.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "kpt/frame.h"
#include "kpt/ops/frame_crop.h"

namespace kpt {

class DeviceFrameReader {
 public:
  /// A size x size RGB crop, dense. Throws Error(kDevice) where the GPU fails or the build has no CUDA.
  void Crop(const FrameView &frame, const ops::Placement &crop_from_frame, int size, std::uint8_t *rgb);

  /// `part.frame` is filled in here. The same errors; Error(kInternal) for a part outside the frame.
  void Grey(const FrameView &frame, ops::GreyPart part, std::uint8_t *grey);

 private:
  struct Free {
    void operator()(std::uint8_t *device) const noexcept;
  };
  std::uint8_t *Room(std::size_t bytes);

  std::unique_ptr<std::uint8_t, Free> device_;  ///< kept from call to call
  std::size_t room_ = 0;
};

}  // namespace kpt
