// See overlay_layer.h.
#include "overlay_layer.h"

#include <cstring>
#include <new>

namespace kpt::gst {
namespace {

constexpr int kPixelBytes = 4;

GstBuffer *NewPixels(int width, int height) {
  const gsize size = static_cast<gsize>(width) * static_cast<gsize>(height) * kPixelBytes;
  GstBuffer *buffer = gst_buffer_new_allocate(nullptr, size, nullptr);
  if (buffer == nullptr) throw std::bad_alloc();
  gst_buffer_add_video_meta(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB,
                            static_cast<guint>(width), static_cast<guint>(height));
  return buffer;
}

}  // namespace

OverlayLayer::OverlayLayer(int width, int height) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, static_cast<guint>(width),
                            static_cast<guint>(height));
  GstBuffer *pixels = NewPixels(width, height);
  gst_buffer_memset(pixels, 0, 0, gst_buffer_get_size(pixels));
  const bool mapped = gst_video_frame_map(&frame_, &info, pixels, GST_MAP_READWRITE) != FALSE;
  gst_buffer_unref(pixels);  // the mapping keeps it
  if (!mapped) throw std::bad_alloc();
}

OverlayLayer::~OverlayLayer() { gst_video_frame_unmap(&frame_); }

void OverlayLayer::MoveTo(GstBuffer *buffer, const GstVideoRectangle &area) {
  if (area.w <= 0 || area.h <= 0) return;
  GstVideoOverlayRectangle *rectangle = Cut(area);
  GstVideoOverlayCompositionMeta *upstream = gst_buffer_get_video_overlay_composition_meta(buffer);
  GstVideoOverlayComposition *composition = nullptr;
  if (upstream != nullptr) {
    composition = gst_video_overlay_composition_copy(upstream->overlay);
    gst_video_overlay_composition_add_rectangle(composition, rectangle);
    gst_buffer_remove_meta(buffer, GST_META_CAST(upstream));
  } else {
    composition = gst_video_overlay_composition_new(rectangle);
  }
  gst_buffer_add_video_overlay_composition_meta(buffer, composition);
  gst_video_overlay_composition_unref(composition);
  gst_video_overlay_rectangle_unref(rectangle);
}

/// Takes the pixels of `area` out of the layer.
GstVideoOverlayRectangle *OverlayLayer::Cut(const GstVideoRectangle &area) {
  GstBuffer *pixels = NewPixels(area.w, area.h);
  GstMapInfo map;
  if (!gst_buffer_map(pixels, &map, GST_MAP_WRITE)) {
    gst_buffer_unref(pixels);
    throw std::bad_alloc();
  }
  const auto row_bytes = static_cast<std::size_t>(area.w) * kPixelBytes;
  for (int y = 0; y < area.h; ++y) {
    auto *from = static_cast<guint8 *>(GST_VIDEO_FRAME_PLANE_DATA(&frame_, 0)) +
                 static_cast<std::ptrdiff_t>(area.y + y) * GST_VIDEO_FRAME_PLANE_STRIDE(&frame_, 0) +
                 static_cast<std::ptrdiff_t>(area.x) * kPixelBytes;
    std::memcpy(map.data + static_cast<std::size_t>(y) * row_bytes, from, row_bytes);
    std::memset(from, 0, row_bytes);
  }
  gst_buffer_unmap(pixels, &map);
  GstVideoOverlayRectangle *rectangle = gst_video_overlay_rectangle_new_raw(
      pixels, area.x, area.y, static_cast<guint>(area.w), static_cast<guint>(area.h),
      GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  gst_buffer_unref(pixels);
  return rectangle;
}

}  // namespace kpt::gst
