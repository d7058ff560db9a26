// keypointoverlay before a sink that blends overlay compositions, and before others: who draws, and that both look the
// same. The sink is the harness's pad, which answers the ALLOCATION query as a test says.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's

constexpr int kWidth = 160;
constexpr int kHeight = 120;
const Properties kEverything = {{"draw-boxes", "true"}, {"draw-trails", "true"}};

/// From now on the harness says that it blends compositions.
void TakeCompositions(GstHarness *harness) {
  gst_harness_add_propose_allocation_meta(harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, nullptr);
}

/// keypointoverlay in a harness that blends compositions.
GstHarness *PlayBeforeBlender(ElementUnderTest *element, const std::string &caps) {
  return element->Play(caps, TakeCompositions);
}

std::string SrcCaps(GstHarness *harness) {
  GstCaps *caps = gst_pad_get_current_caps(harness->sinkpad);
  gchar *text = gst_caps_to_string(caps);
  const std::string out = text;
  g_free(text);
  gst_caps_unref(caps);
  return out;
}

bool HasFeature(GstHarness *harness) {
  return SrcCaps(harness).find("meta:GstVideoOverlayComposition") != std::string::npos;
}

GstBuffer *Push(GstHarness *harness, const char *format = "RGB") {
  return gst_harness_push_and_pull(harness, WithTrack(MakeFrame(format, kWidth, kHeight), MakeTrack(kWidth, kHeight)));
}

/// The buffer's bytes once its composition is blended in, by GStreamer.
std::vector<guint8> Blended(GstBuffer *buffer, const char *format) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, gst_video_format_from_string(format), kWidth, kHeight);
  GstBuffer *copy = gst_buffer_copy_deep(buffer);
  GstVideoFrame frame;
  EXPECT_TRUE(gst_video_frame_map(&frame, &info, copy, GST_MAP_READWRITE));
  const auto *meta = gst_buffer_get_video_overlay_composition_meta(buffer);
  EXPECT_NE(meta, nullptr);
  if (meta != nullptr) gst_video_overlay_composition_blend(meta->overlay, &frame);
  gst_video_frame_unmap(&frame);
  const auto bytes = BytesOf(copy);
  gst_buffer_unref(copy);
  return bytes;
}

/// x, y, width and height of one of its rectangles.
std::array<int, 4> AreaOf(const GstVideoOverlayCompositionMeta *meta, guint index) {
  gint x = 0, y = 0;
  guint width = 0, height = 0;
  gst_video_overlay_rectangle_get_render_rectangle(gst_video_overlay_composition_get_rectangle(meta->overlay, index),
                                                   &x, &y, &width, &height);
  return {x, y, static_cast<int>(width), static_cast<int>(height)};
}

std::vector<guint8> BytesAndUnref(GstBuffer *buffer) {
  const auto bytes = BytesOf(buffer);
  gst_buffer_unref(buffer);
  return bytes;
}

std::vector<guint8> Plain() { return BytesAndUnref(MakeFrame("RGB", kWidth, kHeight)); }

TEST(OverlayComposition, IsAttachedWhereTheSinkBlendsIt) {
  ElementUnderTest element("keypointoverlay", kEverything);
  GstHarness *harness = PlayBeforeBlender(&element, VideoCaps("RGB", kWidth, kHeight));
  GstBuffer *out = Push(harness);
  ASSERT_NE(out, nullptr) << element.PopError();
  EXPECT_TRUE(HasFeature(harness)) << SrcCaps(harness);
  EXPECT_EQ(BytesOf(out), Plain()) << "the pixels are the sink's to draw on";
  EXPECT_NE(Blended(out, "RGB"), Plain());
  gst_buffer_unref(out);
}

TEST(OverlayComposition, LooksAsIfDrawnIntoTheFrame) {
  ElementUnderTest attaching("keypointoverlay", kEverything), drawing("keypointoverlay", kEverything);
  GstHarness *blender = PlayBeforeBlender(&attaching, VideoCaps("RGB", kWidth, kHeight));
  GstHarness *plain = drawing.Play(VideoCaps("RGB", kWidth, kHeight));
  for (int i = 0; i < 3; ++i) {  // what was moved out must not be there in the next frame
    GstBuffer *out = Push(blender);
    const auto attached = Blended(out, "RGB");
    gst_buffer_unref(out);
    const auto drawn = BytesAndUnref(Push(plain));
    ASSERT_EQ(attached.size(), drawn.size());
    int worst = 0;
    for (std::size_t k = 0; k < drawn.size(); ++k) worst = std::max(worst, std::abs(attached[k] - drawn[k]));
    EXPECT_LE(worst, 4) << "frame " << i << ": roundings add up where shapes overlap";
  }
  EXPECT_FALSE(HasFeature(plain)) << "this one takes the caps, as it takes any, and blends nothing";
}

TEST(OverlayComposition, HoldsNoMoreThanWhatIsDrawn) {
  ElementUnderTest element("keypointoverlay", {{"draw-labels", "false"}});
  GstHarness *harness = PlayBeforeBlender(&element, VideoCaps("RGB", kWidth, kHeight));
  Track track = MakeTrack(kWidth, kHeight);
  track.header.names = {"a"};
  track.header.skeleton.clear();
  track.instances[0].points = {{{100, 50}, {100, 50}, 0.9F, Visibility::kVisible}};
  GstBuffer *out = gst_harness_push_and_pull(harness, WithTrack(MakeFrame("RGB", kWidth, kHeight), track));
  const auto *meta = gst_buffer_get_video_overlay_composition_meta(out);
  ASSERT_NE(meta, nullptr);
  ASSERT_EQ(gst_video_overlay_composition_n_rectangles(meta->overlay), 1U);
  const auto [x, y, width, height] = AreaOf(meta, 0);
  EXPECT_NEAR(x + width / 2, 100, 2);
  EXPECT_NEAR(y + height / 2, 50, 2);
  EXPECT_LT(width, 40);
  EXPECT_LT(height, 40);
  gst_buffer_unref(out);
}

TEST(OverlayComposition, FramesWithoutKeypointsGetNone) {
  ElementUnderTest element("keypointoverlay", {});
  GstHarness *harness = PlayBeforeBlender(&element, VideoCaps("RGB", kWidth, kHeight));
  GstBuffer *out = gst_harness_push_and_pull(harness, MakeFrame("RGB", kWidth, kHeight));
  EXPECT_EQ(gst_buffer_get_video_overlay_composition_meta(out), nullptr);
  gst_buffer_unref(out);
}

TEST(OverlayComposition, LiesOverWhatUpstreamAttached) {
  ElementUnderTest element("keypointoverlay", {});
  GstHarness *harness =
      PlayBeforeBlender(&element, "video/x-raw(meta:GstVideoOverlayComposition),format=RGB,width=160,height=120");
  GstBuffer *frame = WithTrack(MakeFrame("RGB", kWidth, kHeight), MakeTrack(kWidth, kHeight));
  GstBuffer *subtitle = gst_buffer_new_allocate(nullptr, 4 * 8 * 8, nullptr);
  gst_buffer_add_video_meta(subtitle, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, 8, 8);
  GstVideoOverlayRectangle *rectangle =
      gst_video_overlay_rectangle_new_raw(subtitle, 0, 0, 8, 8, GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
  GstVideoOverlayComposition *composition = gst_video_overlay_composition_new(rectangle);
  gst_buffer_add_video_overlay_composition_meta(frame, composition);
  GstBuffer *out = gst_harness_push_and_pull(harness, frame);
  ASSERT_NE(out, nullptr) << element.PopError();
  const auto *meta = gst_buffer_get_video_overlay_composition_meta(out);
  ASSERT_EQ(gst_video_overlay_composition_n_rectangles(meta->overlay), 2U);
  EXPECT_EQ(AreaOf(meta, 0), (std::array{0, 0, 8, 8})) << "upstream's is the lower one";
  gst_buffer_unref(out);
  gst_video_overlay_composition_unref(composition);
  gst_video_overlay_rectangle_unref(rectangle);
  gst_buffer_unref(subtitle);
}

TEST(OverlayComposition, FollowsADownstreamThatChanges) {
  ElementUnderTest element("keypointoverlay", {});
  GstHarness *harness = element.Play(VideoCaps("RGB", kWidth, kHeight));
  EXPECT_NE(BytesAndUnref(Push(harness)), Plain());
  TakeCompositions(harness);
  gst_harness_push_upstream_event(harness, gst_event_new_reconfigure());
  GstBuffer *out = Push(harness);
  EXPECT_TRUE(HasFeature(harness));
  EXPECT_EQ(BytesOf(out), Plain());
  EXPECT_NE(gst_buffer_get_video_overlay_composition_meta(out), nullptr);
  gst_buffer_unref(out);
}

TEST(OverlayComposition, AWarningSaysWhereNobodyDraws) {
  const auto warning_of = [](const char *format, const std::function<void(GstHarness *)> &prepare) {
    ElementUnderTest element("keypointoverlay", {});
    GstHarness *harness = element.Play(VideoCaps(format, kWidth, kHeight), prepare);  // which takes any caps
    gst_buffer_unref(gst_harness_push_and_pull(harness, MakeFrame(format, kWidth, kHeight)));
    EXPECT_EQ(element.PopWarning(), "") << "nothing is to be drawn yet";
    for (int i = 0; i < 2; ++i) gst_buffer_unref(Push(harness, format));
    const std::string warning = element.PopWarning();
    EXPECT_EQ(element.PopWarning(), "") << "once";
    return warning;
  };
  const std::string settings = "gst-resource-error-quark/" + std::to_string(GST_RESOURCE_ERROR_SETTINGS);
  const std::string warning = warning_of("UYVY", nullptr);
  EXPECT_EQ(warning.find(settings), 0U) << warning;
  EXPECT_NE(warning.find("put a videoconvert before keypointoverlay"), std::string::npos) << warning;
  EXPECT_EQ(warning_of("UYVY", TakeCompositions), "");
  EXPECT_EQ(warning_of("RGB", nullptr), "");
}

TEST(OverlayComposition, FramesInAnyMemoryPassBeforeABlender) {
  const std::string caps = "video/x-raw(memory:Elsewhere),format=P010_10LE,width=160,height=120";
  {
    ElementUnderTest element("keypointoverlay", {});
    GstHarness *harness = PlayBeforeBlender(&element, caps);
    GstBuffer *out = Push(harness);  // whose bytes nobody looks at
    ASSERT_NE(out, nullptr) << element.PopError();
    EXPECT_NE(gst_buffer_get_video_overlay_composition_meta(out), nullptr);
    EXPECT_NE(SrcCaps(harness).find("memory:Elsewhere"), std::string::npos);
    gst_buffer_unref(out);
  }
  ElementUnderTest element("keypointoverlay", {});
  GstHarness *harness = element.Play(caps, [](GstHarness *before) {
    gst_harness_set_sink_caps_str(before, "video/x-raw(memory:Elsewhere)");  // without the feature
  });
  EXPECT_EQ(gst_harness_push(harness, MakeFrame("RGB", kWidth, kHeight)), GST_FLOW_NOT_NEGOTIATED);
}

}  // namespace
}  // namespace kpt::gst
