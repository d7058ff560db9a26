// See frame_view.h.
#include "frame_view.h"

#include <string>

#include "guard.h"

namespace kpt::gst {

std::optional<PixelFormat> PixelFormatOf(GstVideoFormat format) noexcept {
  switch (format) {
    case GST_VIDEO_FORMAT_NV12:
      return PixelFormat::kNv12;
    case GST_VIDEO_FORMAT_I420:
      return PixelFormat::kI420;
    case GST_VIDEO_FORMAT_RGB:
      return PixelFormat::kRgb;
    case GST_VIDEO_FORMAT_BGR:
      return PixelFormat::kBgr;
    case GST_VIDEO_FORMAT_RGBA:
      return PixelFormat::kRgba;
    case GST_VIDEO_FORMAT_BGRA:
      return PixelFormat::kBgra;
    case GST_VIDEO_FORMAT_RGBx:
      return PixelFormat::kRgbx;
    case GST_VIDEO_FORMAT_BGRx:
      return PixelFormat::kBgrx;
    case GST_VIDEO_FORMAT_GRAY8:
      return PixelFormat::kGray8;
    default:
      return std::nullopt;
  }
}

FrameView ViewOf(const GstVideoFrame &frame) {
  const auto format = PixelFormatOf(GST_VIDEO_FRAME_FORMAT(&frame));
  if (!format) {
    throw Error(ErrorCode::kInvalidArgument, std::string("Frames in format ") +
                                                 gst_video_format_to_string(GST_VIDEO_FRAME_FORMAT(&frame)) +
                                                 " cannot be tracked; put a videoconvert before this element.");
  }
  FrameView view;
  view.format = *format;
  view.width = GST_VIDEO_FRAME_WIDTH(&frame);
  view.height = GST_VIDEO_FRAME_HEIGHT(&frame);
  for (guint plane = 0; plane < GST_VIDEO_FRAME_N_PLANES(&frame); ++plane) {
    view.planes[plane].data = static_cast<const std::uint8_t *>(GST_VIDEO_FRAME_PLANE_DATA(&frame, plane));
    view.planes[plane].stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, plane);
  }
  return view;
}

MappedFrame::MappedFrame(const GstVideoInfo &info, GstBuffer *buffer, const FrameMapping &mapping) : mapping_(mapping) {
  // NO_REF: the default reference would make a buffer of ours read-only, and adding the metadata a copy.
  const auto flags = static_cast<GstMapFlags>(int{GST_MAP_READ} | int{GST_VIDEO_FRAME_MAP_FLAG_NO_REF} | mapping.flags);
  if (!gst_video_frame_map(&frame_, &info, buffer, flags)) {
    throw ElementError(GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
                       "A buffer of " + std::to_string(gst_buffer_get_size(buffer)) + " bytes does not hold a " +
                           std::to_string(info.width) + "x" + std::to_string(info.height) + " " +
                           gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&info)) + " frame as its caps say.");
  }
}

FrameView MappedFrame::view() const {
  FrameView view = ViewOf(frame_);
  view.memory = mapping_.memory;
  view.cuda_stream = mapping_.cuda_stream;
  return view;
}

}  // namespace kpt::gst
