// Between GStreamer's picture and the tracker's: the formats both know, and a mapped frame as a kpt::FrameView.
// Copies no pixel. Called by keypointtrack.
#pragma once

#include <gst/video/video.h>

#include <optional>

#include "kpt/tracker.h"

/// The formats that the tracker reads and the overlay blends, as a caps list.
#define KPT_VIDEO_FORMATS "{ NV12, I420, RGB, BGR, RGBA, BGRA, RGBx, BGRx, GRAY8 }"

namespace kpt::gst {

/// The tracker's name of a GStreamer format; none where it has no such format.
std::optional<PixelFormat> PixelFormatOf(GstVideoFormat format) noexcept;

/// Planes with the strides and offsets of `frame` (GstVideoMeta honoured by the mapping); times are left to the caller.
/// Borrows the mapping. Throws kpt::Error for a format outside KPT_VIDEO_FORMATS.
FrameView ViewOf(const GstVideoFrame &frame);

/// How frames in system memory are read, for the log.
inline constexpr const char *kHostPath = "system memory, zero-copy: mapped for reading only";

/// Where a buffer's pixels are to be read.
struct FrameMapping {
  int flags = 0;  ///< GstMapFlags beside READ
  FrameMemory memory = FrameMemory::kHost;
  void *cuda_stream = nullptr;
};

/// A buffer mapped for reading, without taking a reference that would make it read-only; unmapped at the end of scope.
/// Throws ElementError (STREAM/FORMAT) where the buffer does not hold what its caps say.
class MappedFrame {
 public:
  MappedFrame(const GstVideoInfo &info, GstBuffer *buffer, const FrameMapping &mapping = {});
  ~MappedFrame() { gst_video_frame_unmap(&frame_); }
  MappedFrame(const MappedFrame &) = delete;
  MappedFrame &operator=(const MappedFrame &) = delete;
  const GstVideoFrame &get() const noexcept { return frame_; }

  /// As ViewOf, and where its memory is.
  FrameView view() const;

 private:
  GstVideoFrame frame_;
  FrameMapping mapping_;
};

}  // namespace kpt::gst
