// Brings small parts of a frame in GPU memory into system memory: the grey surroundings that optical flow compares, and
// the few crops that are looked at outside the network. A grey part can be queued before the network's work and taken
// after it, so that one wait serves both.
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
  DeviceFrameReader();
  ~DeviceFrameReader();

  /// A size x size RGB crop, dense; waits for the frame's stream. Throws Error(kDevice) where the GPU fails or the
  /// build has no CUDA.
  void Crop(const FrameView &frame, const ops::Placement &crop_from_frame, int size, std::uint8_t *rgb);

  /// Queues a grey part on the frame's stream, and waits for nothing. `part.frame` is filled in here. Slots count from
  /// 0; what was queued in one before is gone. The same errors; Error(kInternal) for a part outside the frame.
  void QueueGrey(const FrameView &frame, ops::GreyPart part, std::size_t slot);

  /// What was queued last in the slot. Waits for it, which takes no time where the stream was waited for since.
  void TakeGrey(std::size_t slot, std::uint8_t *grey);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;  ///< kept from call to call
};

}  // namespace kpt
