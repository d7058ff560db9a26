// The canvas: every format shows the colour that was asked for, anti-aliased, and nothing lands outside the frame.
#include "canvas.h"

#include <gtest/gtest.h>

#include <cmath>

#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using testing::BytesOf;
using testing::FrameOptions;
using testing::MakeFrame;

constexpr const char *kFormats[] = {"NV12", "I420", "RGB", "BGR", "RGBA", "BGRA", "RGBx", "BGRx", "GRAY8"};
constexpr Colour kRed = {255, 0, 0, 1};

/// A black frame, mapped for drawing while it lives.
class Drawing {
 public:
  Drawing(const char *format, int width, int height, int extra_stride = 0) {
    FrameOptions options;
    options.extra_stride = extra_stride;
    buffer_ = MakeFrame(format, width, height, options);
    gst_video_info_set_format(&info_, gst_video_format_from_string(format), static_cast<guint>(width),
                              static_cast<guint>(height));
    gst_video_frame_map(&frame_, &info_, buffer_, GST_MAP_READWRITE);
  }
  ~Drawing() {
    gst_video_frame_unmap(&frame_);
    gst_buffer_unref(buffer_);
  }
  GstVideoFrame *frame() { return &frame_; }
  std::vector<guint8> bytes() const { return BytesOf(buffer_); }

  int Sample(int component, int x, int y) const {
    const auto *finfo = frame_.info.finfo;
    const int column = GST_VIDEO_FORMAT_INFO_SCALE_WIDTH(finfo, component, x + 1) - 1;
    const int row = GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT(finfo, component, y + 1) - 1;
    const auto *data = static_cast<const guint8 *>(GST_VIDEO_FRAME_COMP_DATA(&frame_, component));
    return data[row * GST_VIDEO_FRAME_COMP_STRIDE(&frame_, component) +
                column * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame_, component)];
  }

 private:
  GstVideoInfo info_;
  GstVideoFrame frame_;
  GstBuffer *buffer_;
};

TEST(Canvas, ShowsTheColourInEveryFormat) {
  for (const char *format : kFormats) {
    SCOPED_TRACE(format);
    Drawing drawing(format, 33, 21);
    Canvas(drawing.frame()).Fill(Disc{{16, 10}, 6}, kRed);
    const std::string name = format;
    if (name == "GRAY8") {
      EXPECT_NEAR(drawing.Sample(0, 16, 10), 76, 1);  // BT.601 weight of red
    } else if (name == "NV12" || name == "I420") {
      EXPECT_NEAR(drawing.Sample(0, 16, 10), 81, 1);  // red in BT.601, studio range
      EXPECT_NEAR(drawing.Sample(1, 16, 10), 90, 1);
      EXPECT_NEAR(drawing.Sample(2, 16, 10), 240, 1);
    } else {
      EXPECT_EQ(drawing.Sample(0, 16, 10), 255);
      EXPECT_EQ(drawing.Sample(1, 16, 10), 0);
      EXPECT_EQ(drawing.Sample(2, 16, 10), 0);
      if (name == "RGBA" || name == "BGRA") {
        EXPECT_EQ(drawing.Sample(3, 16, 10), 255);
      }
    }
  }
}

TEST(Canvas, CoverageSumsToTheAreaOfTheShape) {
  Drawing drawing("GRAY8", 64, 64);
  const auto before = drawing.bytes();
  Canvas canvas(drawing.frame());
  canvas.Fill(Disc{{31.3F, 30.7F}, 9.4F}, {255, 255, 255, 1});
  const auto after = drawing.bytes();
  double area = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    area += (after[i] - before[i]) / (255.0 - before[i]);
  }
  EXPECT_NEAR(area, M_PI * 9.4 * 9.4, 2.0);
}

TEST(Canvas, AHalfTransparentColourIsBlended) {
  Drawing drawing("RGB", 16, 16);
  const int before = drawing.Sample(1, 8, 8);
  Canvas(drawing.frame()).Fill(Disc{{8, 8}, 4}, {0, 255, 0, 0.5F});
  EXPECT_NEAR(drawing.Sample(1, 8, 8), (before + 255) / 2, 1);
}

TEST(Canvas, TouchesOnlyPixelsNearTheShape) {
  for (const char *format : kFormats) {
    SCOPED_TRACE(format);
    Drawing drawing(format, 41, 31, 7);
    const int far_before = drawing.Sample(0, 2, 2);
    const auto before = drawing.bytes();
    Canvas canvas(drawing.frame());
    canvas.Fill(Capsule{{20, 10}, {35, 25}, 1.5F}, kRed);
    EXPECT_EQ(drawing.Sample(0, 2, 2), far_before);
    const auto after = drawing.bytes();
    std::size_t changed = 0;
    for (std::size_t i = 0; i < before.size(); ++i) changed += before[i] != after[i] ? 1 : 0;
    EXPECT_GT(changed, 20U);
    EXPECT_LT(changed, before.size() / 3);
  }
}

TEST(Canvas, ShapesOfAnySizeAndPlaceStayInsideTheFrame) {
  // Run under valgrind or a sanitizer, this also shows that nothing is written outside the planes.
  const float places[] = {-1e6F, -40, -1, 0, 0.5F, 3, 12.5F, 100, 1e6F};
  for (const char *format : kFormats) {
    for (const auto &[width, height] : {std::pair{1, 1}, {1, 7}, {8, 1}, {17, 13}}) {
      Drawing drawing(format, width, height, 3);
      Canvas canvas(drawing.frame());
      for (const float x : places) {
        for (const float y : places) {
          canvas.Fill(Disc{{x, y}, 3}, kRed);
          canvas.Fill(Ring{{x, y}, 5, 1}, kRed);
          canvas.Fill(Capsule{{x, y}, {y, x}, 2}, kRed);
          canvas.Fill(RoundedBox{{x, y, 20, 10}, 3}, kRed);
          canvas.Fill(RoundedBox{{x, y, 20, 10}, 3, 1}, kRed);
        }
      }
    }
  }
}

TEST(Canvas, AHollowBoxHasFourSidesOfTheSameStrength) {
  for (const float x : {8.0F, 9.0F, 9.5F}) {  // even, odd, and between two pixels
    Drawing drawing("GRAY8", 120, 80);
    const int untouched = drawing.Sample(0, 60, 40);
    Canvas(drawing.frame()).Fill(RoundedBox{{x, 10, 100, 60}, 4, 1.5F}, {255, 255, 255, 0.5F});
    EXPECT_EQ(drawing.Sample(0, 60, 40), untouched);
    const int middle = static_cast<int>(std::lround(x));
    for (const auto &[px, py] : {std::pair{middle, 40}, {middle + 100, 40}, {60, 10}, {60, 70}}) {
      EXPECT_NEAR(drawing.Sample(0, px, py), (110 + 255) / 2, 14) << px << " " << py;
    }
  }
}

TEST(Canvas, ASmallHollowBoxIsBlendedOnce) {
  Drawing drawing("GRAY8", 40, 40);
  Canvas(drawing.frame()).Fill(RoundedBox{{5, 5, 14, 26}, 4, 1}, {255, 255, 255, 0.5F});
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 40; ++x) EXPECT_LE(drawing.Sample(0, x, y), (123 + 255) / 2 + 1) << x << " " << y;
  }
}

TEST(Canvas, AVanishingLineIsADot) {
  Drawing drawing("GRAY8", 9, 9);
  Canvas(drawing.frame()).Fill(Capsule{{4, 4}, {4, 4}, 1}, {255, 255, 255, 1});
  EXPECT_EQ(drawing.Sample(0, 4, 4), 255);
  EXPECT_LT(drawing.Sample(0, 7, 4), 200);
}

}  // namespace
}  // namespace kpt::gst
