// A mapped buffer as the tracker sees it: strides, offsets and sizes, for every format and odd sizes.
#include "frame_view.h"

#include <gtest/gtest.h>

#include "guard.h"
#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using testing::FrameOptions;
using testing::MakeFrame;

constexpr const char *kFormats[] = {"NV12", "I420", "RGB", "BGR", "RGBA", "BGRA", "RGBx", "BGRx", "GRAY8"};

GstVideoInfo InfoOf(const char *format, int width, int height) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, gst_video_format_from_string(format), static_cast<guint>(width),
                            static_cast<guint>(height));
  return info;
}

TEST(FrameView, KnowsEveryFormatOfTheCaps) {
  for (const char *format : kFormats) EXPECT_TRUE(PixelFormatOf(gst_video_format_from_string(format))) << format;
  EXPECT_FALSE(PixelFormatOf(GST_VIDEO_FORMAT_YUY2));
}

TEST(FrameView, FollowsStridesAndOffsetsOfTheVideoMeta) {
  for (const char *format : kFormats) {
    for (const auto &[width, height] : {std::pair{1, 1}, {3, 5}, {16, 16}, {17, 9}}) {
      SCOPED_TRACE(std::string(format) + " " + std::to_string(width) + "x" + std::to_string(height));
      const GstVideoInfo info = InfoOf(format, width, height);
      FrameOptions options;
      options.extra_stride = 11;
      options.offset = 5;
      GstBuffer *buffer = MakeFrame(format, width, height, options);
      const auto *meta = gst_buffer_get_video_meta(buffer);
      GstMapInfo map;
      ASSERT_TRUE(gst_buffer_map(buffer, &map, GST_MAP_READ));
      {
        const MappedFrame frame(info, buffer);
        const FrameView view = ViewOf(frame.get());
        EXPECT_EQ(view.width, width);
        EXPECT_EQ(view.height, height);
        for (guint plane = 0; plane < meta->n_planes; ++plane) {
          EXPECT_EQ(view.planes[plane].stride, GST_VIDEO_INFO_PLANE_STRIDE(&info, plane) + 11);
          EXPECT_EQ(view.planes[plane].data, map.data + meta->offset[plane]);
        }
      }
      gst_buffer_unmap(buffer, &map);
      gst_buffer_unref(buffer);
    }
  }
}

TEST(FrameView, MappingLeavesTheBufferWritable) {
  const GstVideoInfo info = InfoOf("RGB", 4, 4);
  GstBuffer *buffer = MakeFrame("RGB", 4, 4);
  {
    const MappedFrame frame(info, buffer);
    EXPECT_TRUE(gst_buffer_is_writable(buffer));
  }
  gst_buffer_unref(buffer);
}

TEST(FrameView, RefusesABufferThatIsTooSmall) {
  const GstVideoInfo info = InfoOf("RGB", 64, 64);
  GstBuffer *buffer = MakeFrame("RGB", 4, 4);
  try {
    const MappedFrame frame(info, buffer);
    FAIL() << "mapped 64x64 pixels of a 4x4 buffer";
  } catch (const ElementError &error) {
    EXPECT_EQ(error.domain(), GST_STREAM_ERROR);
    EXPECT_NE(std::string(error.what()).find("64x64 RGB"), std::string::npos) << error.what();
  }
  gst_buffer_unref(buffer);
}

}  // namespace
}  // namespace kpt::gst
