// A frame's formats as model/ops sees them: three channels, each with its place in memory.
// Called by frame_pixels.cpp, device_frame.cpp and net_estimator.cpp. Knows no library.
#pragma once

#include "kpt/frame.h"
#include "kpt/ops/frame_crop.h"

namespace kpt {

/// Throws Error(kInvalidArgument) for a format that is none. Plane pointers are taken as they are.
ops::FrameChannels ChannelsOf(const FrameView &frame);

}  // namespace kpt
