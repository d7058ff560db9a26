// How keypointoverlay's picture leaves: blended into the frames, or attached to them as a GstVideoOverlayComposition,
// where downstream says that it blends such (caps feature and ALLOCATION query). Attached, pixels are never touched,
// and frames may lie in any memory. Knows caps and pads, nothing of drawing. Called by keypointoverlay.
#pragma once

#include <gst/gst.h>

#include <mutex>

namespace kpt::gst {

/// Who blends the picture into the frames; nobody: it is attached, and downstream does not say that it looks at it.
enum class Blender { kOverlay, kDownstream, kNobody };

class OverlayNegotiation {
 public:
  ~OverlayNegotiation() { gst_caps_replace(&deciding_, nullptr); }

  /// What the other side may carry when one side (`from`) carries `caps`. A new reference.
  GstCaps *TransformCaps(GstPadDirection from, GstCaps *caps) const;

  /// Asks downstream, through `src_pad`, how frames with the caps `sink_caps` are to leave. Until Settle,
  /// TransformCaps knows this answer alone, so that the base class comes to it. Streaming thread only.
  void Decide(GstPad *src_pad, GstCaps *sink_caps);
  void Settle();

  /// Whether the picture is attached. Streaming thread only.
  bool attaches() const noexcept { return blender_ != Blender::kOverlay; }

  /// Streaming thread only.
  Blender blender() const noexcept { return blender_; }

 private:
  mutable std::mutex mutex_;     // guards the next: caps queries come from any thread
  GstCaps *deciding_ = nullptr;  // sink caps between Decide and Settle
  Blender blender_ = Blender::kOverlay;
};

}  // namespace kpt::gst
