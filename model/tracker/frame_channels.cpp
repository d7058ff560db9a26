#include "frame_channels.h"

#include "kpt/base/error.h"

namespace kpt {
namespace {

/// Three channels that lie in one plane, at these bytes of a pixel.
ops::FrameChannels Packed(const FrameView &frame, int step, int red, int green, int blue) {
  const auto channel = [&](int offset) {
    ops::ChannelPlane plane;
    plane.data = frame.planes[0].data + offset;
    plane.stride = frame.planes[0].stride;
    plane.step = step;
    plane.width = frame.width;
    plane.height = frame.height;
    return plane;
  };
  return {{channel(red), channel(green), channel(blue)}, false};
}

ops::ChannelPlane Chroma(const FrameView &frame, int plane_index, int step, int offset) {
  ops::ChannelPlane plane;
  plane.data = frame.planes[plane_index].data + offset;
  plane.stride = frame.planes[plane_index].stride;
  plane.step = step;
  plane.width = (frame.width + 1) / 2;
  plane.height = (frame.height + 1) / 2;
  plane.subsampling = 2;
  plane.border = 128;  // no colour
  plane.halves_to_even = step == 2;
  return plane;
}

ops::FrameChannels Yuv(const FrameView &frame, const ops::ChannelPlane &u, const ops::ChannelPlane &v) {
  ops::FrameChannels channels = Packed(frame, 1, 0, 0, 0);
  channels.channel[0].border = 16;  // black
  channels.channel[1] = u;
  channels.channel[2] = v;
  channels.is_yuv = true;
  return channels;
}

}  // namespace

ops::FrameChannels ChannelsOf(const FrameView &frame) {
  switch (frame.format) {
    case PixelFormat::kGray8:
      return Packed(frame, 1, 0, 0, 0);
    case PixelFormat::kRgb:
      return Packed(frame, 3, 0, 1, 2);
    case PixelFormat::kBgr:
      return Packed(frame, 3, 2, 1, 0);
    case PixelFormat::kRgba:
    case PixelFormat::kRgbx:
      return Packed(frame, 4, 0, 1, 2);
    case PixelFormat::kBgra:
    case PixelFormat::kBgrx:
      return Packed(frame, 4, 2, 1, 0);
    case PixelFormat::kNv12:
      return Yuv(frame, Chroma(frame, 1, 2, 0), Chroma(frame, 1, 2, 1));
    case PixelFormat::kI420:
      return Yuv(frame, Chroma(frame, 1, 1, 0), Chroma(frame, 2, 1, 0));
  }
  throw Error(ErrorCode::kInvalidArgument, "frame.format: not a known pixel format.");
}

}  // namespace kpt
