// A transparent picture that lies over the frames: what is painted on it goes to a buffer as a rectangle of its
// GstVideoOverlayComposition, for a sink that blends such. Knows no keypoints. Called by keypointoverlay.
#pragma once

#include <gst/video/video.h>

namespace kpt::gst {

class OverlayLayer {
 public:
  /// For frames of this size.
  OverlayLayer(int width, int height);
  ~OverlayLayer();
  OverlayLayer(const OverlayLayer &) = delete;
  OverlayLayer &operator=(const OverlayLayer &) = delete;

  /// To paint on. Blending over transparent black leaves premultiplied colours, as a composition wants them.
  GstVideoFrame *frame() { return &frame_; }

  /// Moves what lies in `area` to `buffer`, over what upstream attached to it. The layer is transparent there again.
  void MoveTo(GstBuffer *buffer, const GstVideoRectangle &area);

 private:
  GstVideoOverlayRectangle *Cut(const GstVideoRectangle &area);

  GstVideoFrame frame_;  // stays mapped
};

}  // namespace kpt::gst
