// keypointoverlay between the pads of a harness: what is drawn where, in every format, and what is not.
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's

constexpr const char *kFormats[] = {"NV12", "I420", "RGB", "BGR", "RGBA", "BGRA", "RGBx", "BGRx", "GRAY8"};
const Properties kPointsOnly = {{"draw-labels", "false"}, {"draw-skeleton", "false"}, {"point-radius", "4"}};

/// The picture that comes out for one frame with `tracks`.
std::vector<guint8> Drawn(const char *format, int width, int height, const std::vector<Track> &tracks,
                          const Properties &properties = {}) {
  ElementUnderTest element("keypointoverlay", properties);
  GstHarness *harness = element.Play(VideoCaps(format, width, height));
  GstBuffer *frame = MakeFrame(format, width, height);
  for (const Track &track : tracks) WithTrack(frame, track);
  GstBuffer *out = gst_harness_push_and_pull(harness, frame);
  EXPECT_NE(out, nullptr) << element.PopError();
  const auto bytes = BytesOf(out);
  gst_buffer_unref(out);
  return bytes;
}

std::vector<guint8> Plain(const char *format, int width, int height) {
  GstBuffer *frame = MakeFrame(format, width, height);
  const auto bytes = BytesOf(frame);
  gst_buffer_unref(frame);
  return bytes;
}

/// One gray pixel of a picture without padding.
int At(const std::vector<guint8> &gray, int stride, int x, int y) {
  return gray[static_cast<std::size_t>(y * stride + x)];
}

/// A 160x120 track with a single point.
Track OnePoint(Visibility visibility, float x = 80, float y = 60, float confidence = 0.9F) {
  Track track = MakeTrack(160, 120);
  track.header.names = {"a"};
  track.header.skeleton.clear();
  track.instances[0].points = {{{x, y}, {x, y}, confidence, visibility}};
  return track;
}

TEST(KeypointOverlay, DrawsNothingWithoutKeypoints) {
  for (const char *format : kFormats) {
    EXPECT_EQ(Drawn(format, 63, 47, {}), Plain(format, 63, 47)) << format;
    Track empty = MakeTrack(63, 47);
    empty.instances.clear();
    EXPECT_EQ(Drawn(format, 63, 47, {empty}), Plain(format, 63, 47)) << format;
  }
}

TEST(KeypointOverlay, DrawsInEveryFormatAndSize) {
  for (const char *format : kFormats) {
    for (const auto &[width, height] : {std::pair{1, 1}, {2, 3}, {63, 47}, {320, 240}}) {
      SCOPED_TRACE(std::string(format) + " " + std::to_string(width) + "x" + std::to_string(height));
      const Properties everything = {{"draw-boxes", "true"}, {"draw-trails", "true"}};
      EXPECT_NE(Drawn(format, width, height, {MakeTrack(width, height)}, everything), Plain(format, width, height));
    }
  }
}

TEST(KeypointOverlay, ScalesFromTheSizeThatTheTrackerSaw) {
  // The point at the centre of a 160x120 frame is at the centre of the 320x240 frame that came of it.
  const auto plain = Plain("GRAY8", 320, 240);
  const auto drawn = Drawn("GRAY8", 320, 240, {OnePoint(Visibility::kVisible)}, kPointsOnly);
  EXPECT_NE(At(drawn, 320, 160, 120), At(plain, 320, 160, 120));
  EXPECT_EQ(At(drawn, 320, 80, 60), At(plain, 320, 80, 60));
}

TEST(KeypointOverlay, HiddenPointsAreHollowAndLostOnesAbsent) {
  const Properties large = {{"draw-labels", "false"}, {"point-radius", "12"}};
  const auto plain = Plain("GRAY8", 160, 120);
  const auto hidden = Drawn("GRAY8", 160, 120, {OnePoint(Visibility::kHidden)}, large);
  EXPECT_EQ(At(hidden, 160, 80, 60), At(plain, 160, 80, 60));  // the picture shows through
  EXPECT_NE(At(hidden, 160, 92, 60), At(plain, 160, 92, 60));  // a ring
  const auto visible = Drawn("GRAY8", 160, 120, {OnePoint(Visibility::kVisible)}, large);
  EXPECT_NE(At(visible, 160, 80, 60), At(plain, 160, 80, 60));
  EXPECT_EQ(Drawn("GRAY8", 160, 120, {OnePoint(Visibility::kLost)}, large), plain);
}

TEST(KeypointOverlay, ALinkEndsAtTheRimOfAHollowPoint) {
  Track track = OnePoint(Visibility::kHidden);
  track.header.names = {"a", "b"};
  track.header.skeleton = {{0, 1}};
  track.instances[0].points.push_back({{130, 60}, {130, 60}, 0.9F, Visibility::kVisible});
  const auto plain = Plain("GRAY8", 160, 120);
  const auto drawn = Drawn("GRAY8", 160, 120, {track}, {{"draw-labels", "false"}, {"point-radius", "12"}});
  EXPECT_EQ(At(drawn, 160, 80, 60), At(plain, 160, 80, 60));
  EXPECT_EQ(At(drawn, 160, 86, 60), At(plain, 160, 86, 60));
  EXPECT_NE(At(drawn, 160, 105, 60), At(plain, 160, 105, 60)) << "the link";
}

TEST(KeypointOverlay, LeavesOutPointsBelowTheThreshold) {
  Properties properties = kPointsOnly;
  properties.push_back({"confidence-threshold", "0.5"});
  const auto plain = Plain("GRAY8", 160, 120);
  EXPECT_EQ(Drawn("GRAY8", 160, 120, {OnePoint(Visibility::kVisible, 80, 60, 0.4F)}, properties), plain);
  EXPECT_NE(Drawn("GRAY8", 160, 120, {OnePoint(Visibility::kVisible, 80, 60, 0.6F)}, properties), plain);
}

TEST(KeypointOverlay, PointsOfAnyValueNeverCrashIt) {
  constexpr float kMax = std::numeric_limits<float>::max();
  const float values[] = {-kMax, -1e9F, -200, -1, 0, 59.5F, 200, 1e9F, kMax, std::numeric_limits<float>::min()};
  for (const char *format : {"RGB", "I420"}) {
    for (const float x : values) {
      for (const float y : values) {
        Track track = MakeTrack(64, 48);
        track.instances[0].points[0].xy_in_frame = {x, y};
        track.instances[0].box = {x, y, kMax, kMax};
        Drawn(format, 64, 48, {track}, {{"draw-boxes", "true"}, {"draw-trails", "true"}});
      }
    }
  }
}

TEST(KeypointOverlay, NamesOfAnyKindAreDrawn) {
  Track track = MakeTrack(160, 120);
  track.header.names = {"", std::string(100000, 'x'), "\xc3\xa9t\xc3\xa9 \xff\n"};
  track.header.category = std::string(1000, 'W');
  EXPECT_NE(Drawn("RGB", 160, 120, {track}, {{"draw-boxes", "true"}}), Plain("RGB", 160, 120));
}

TEST(KeypointOverlay, ShowsTheTracksOfSeveralTrackers) {
  const Track left = OnePoint(Visibility::kVisible, 40, 60);
  Track right = OnePoint(Visibility::kVisible, 120, 60);
  right.header.category = "other";
  const auto plain = Plain("GRAY8", 160, 120);
  const auto drawn = Drawn("GRAY8", 160, 120, {left, right}, kPointsOnly);
  EXPECT_NE(At(drawn, 160, 40, 60), At(plain, 160, 40, 60));
  EXPECT_NE(At(drawn, 160, 120, 60), At(plain, 160, 120, 60));
}

TEST(KeypointOverlay, ColoursGoByWhatTheyAreAskedTo) {
  std::vector<std::vector<guint8>> pictures;
  for (const char *by : {"keypoint", "instance", "confidence"}) {
    Properties properties = kPointsOnly;
    properties.push_back({"color-by", by});
    pictures.push_back(Drawn("RGB", 160, 120, {MakeTrack(160, 120)}, properties));
  }
  EXPECT_NE(pictures[0], pictures[1]);
  EXPECT_NE(pictures[1], pictures[2]);
  EXPECT_NE(pictures[0], pictures[2]);
}

// ---- over time ----

/// Pushes one gray frame and returns what came out.
std::vector<guint8> Push(GstHarness *harness, GstClockTime pts, const std::vector<Track> &tracks) {
  FrameOptions options;
  options.pts = pts;
  GstBuffer *frame = MakeFrame("GRAY8", 160, 120, options);
  for (const Track &track : tracks) WithTrack(frame, track);
  GstBuffer *out = gst_harness_push_and_pull(harness, frame);
  const auto bytes = BytesOf(out);
  gst_buffer_unref(out);
  return bytes;
}

TEST(KeypointOverlay, TrailsShowWhereAPointWasUntilAFlush) {
  Properties properties = kPointsOnly;
  properties.insert(properties.end(), {{"draw-trails", "true"}, {"trail-length", "3"}, {"line-thickness", "4"}});
  ElementUnderTest element("keypointoverlay", properties);
  GstHarness *harness = element.Play(VideoCaps("GRAY8", 160, 120));
  const auto plain = Plain("GRAY8", 160, 120);
  const Track here = OnePoint(Visibility::kVisible, 30, 60);
  const Track there = OnePoint(Visibility::kVisible, 130, 60);
  Push(harness, 0, {here});
  const auto trailed = Push(harness, GST_SECOND / 30, {there});
  EXPECT_NE(At(trailed, 160, 80, 60), At(plain, 160, 80, 60));
  Push(harness, 2 * GST_SECOND / 30, {there});
  const auto forgotten = Push(harness, 3 * GST_SECOND / 30, {there});  // three frames later
  EXPECT_EQ(At(forgotten, 160, 80, 60), At(plain, 160, 80, 60));

  Push(harness, 4 * GST_SECOND / 30, {here});
  gst_harness_push_event(harness, gst_event_new_flush_start());
  gst_harness_push_event(harness, gst_event_new_flush_stop(FALSE));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_harness_push_event(harness, gst_event_new_segment(&segment));
  const auto flushed = Push(harness, 5 * GST_SECOND / 30, {there});
  EXPECT_EQ(At(flushed, 160, 80, 60), At(plain, 160, 80, 60));
}

TEST(KeypointOverlay, TrackersOfOneCategoryHaveTrailsOfTheirOwn) {
  Properties properties = kPointsOnly;
  properties.insert(properties.end(), {{"draw-trails", "true"}, {"line-thickness", "4"}});
  ElementUnderTest element("keypointoverlay", properties);
  GstHarness *harness = element.Play(VideoCaps("GRAY8", 160, 120));
  const auto plain = Plain("GRAY8", 160, 120);
  Push(harness, 0, {OnePoint(Visibility::kVisible, 30, 30), OnePoint(Visibility::kVisible, 130, 90)});
  const auto drawn =
      Push(harness, GST_SECOND / 30, {OnePoint(Visibility::kVisible, 30, 90), OnePoint(Visibility::kVisible, 130, 30)});
  EXPECT_NE(At(drawn, 160, 30, 60), At(plain, 160, 30, 60));
  EXPECT_NE(At(drawn, 160, 130, 60), At(plain, 160, 130, 60));
  EXPECT_EQ(At(drawn, 160, 80, 60), At(plain, 160, 80, 60)) << "nothing joins the two";
}

TEST(KeypointOverlay, TrackersOfOneCategoryHaveColoursOfTheirOwn) {
  const Track left = OnePoint(Visibility::kVisible, 40, 60), right = OnePoint(Visibility::kVisible, 120, 60);
  Properties properties = kPointsOnly;
  properties.push_back({"color-by", "instance"});
  const auto drawn = Drawn("RGB", 160, 120, {left, right}, properties);
  const auto pixel = [&](int x) {
    const auto begin = drawn.begin() + 3 * (60 * 160 + x);
    return std::vector<guint8>(begin, begin + 3);
  };
  EXPECT_NE(pixel(40), pixel(120));
  EXPECT_EQ(pixel(40), pixel(41)) << "within a point there is one colour";
}

TEST(KeypointOverlay, TrailsFade) {
  Properties properties = kPointsOnly;
  properties.insert(properties.end(), {{"draw-trails", "true"}, {"line-thickness", "6"}, {"color-by", "instance"}});
  ElementUnderTest element("keypointoverlay", properties);
  GstHarness *harness = element.Play(VideoCaps("GRAY8", 160, 120));
  const auto plain = Plain("GRAY8", 160, 120);
  std::vector<guint8> drawn;
  for (const float x : {20.0F, 60.0F, 100.0F, 140.0F}) {
    const Track track = OnePoint(Visibility::kVisible, x, 60);
    drawn = Push(harness, static_cast<GstClockTime>(x) * GST_MSECOND, {track});
  }
  const auto change_at = [&](int x) { return std::abs(At(drawn, 160, x, 60) - At(plain, 160, x, 60)); };
  EXPECT_GT(change_at(40), 0);
  EXPECT_GT(change_at(80), change_at(40));
  EXPECT_GT(change_at(120), change_at(80));
}

TEST(KeypointOverlay, KeepsTheLastKeypointsForAsLongAsItIsTold) {
  Properties properties = kPointsOnly;
  properties.push_back({"expire-overlay", "100000000"});
  ElementUnderTest element("keypointoverlay", properties);
  GstHarness *harness = element.Play(VideoCaps("GRAY8", 160, 120));
  const auto plain = Plain("GRAY8", 160, 120);
  const Track track = OnePoint(Visibility::kVisible);
  EXPECT_NE(Push(harness, 0, {track}), plain);
  EXPECT_NE(Push(harness, 50 * GST_MSECOND, {}), plain);
  EXPECT_EQ(Push(harness, 100 * GST_MSECOND, {}), plain);
  EXPECT_EQ(Push(harness, 110 * GST_MSECOND, {}), plain);
}

}  // namespace
}  // namespace kpt::gst
