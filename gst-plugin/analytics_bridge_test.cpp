// Keypoints as GStreamer's analytics: with a test double that has keypoint groups, without groups, without a library,
// and with the system's library where there is one (GStreamer 1.24 and later).
#include "analytics_bridge.h"

#include <gmock/gmock.h>
#include <gmodule.h>

#include <stdexcept>

#include "testing/element_fixture.h"
#include "upstream_regions.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's

/// While it lives, the test double is the analytics library.
class AnalyticsDouble {
 public:
  AnalyticsDouble() {
    if (!LoadAnalyticsLibrary(KPT_ANALYTICS_DOUBLE, &library)) throw std::runtime_error(g_module_error());
    describe_ = nullptr;
    GModule *module = g_module_open(KPT_ANALYTICS_DOUBLE, G_MODULE_BIND_LOCAL);
    g_module_symbol(module, "kpt_analytics_double_describe", reinterpret_cast<gpointer *>(&describe_));
    g_module_close(module);  // resident
    SetAnalyticsLibraryForTesting(&library);
  }
  ~AnalyticsDouble() { SetAnalyticsLibraryForTesting(nullptr); }

  std::string On(GstBuffer *buffer) const {
    gchar *text = describe_(buffer);
    const std::string out = text;
    g_free(text);
    return out;
  }

  AnalyticsLibrary library{};

 private:
  gchar *(*describe_)(GstBuffer *);
};

class AnalyticsBridge : public ::testing::Test {
 protected:
  ~AnalyticsBridge() override { gst_buffer_unref(buffer_); }

  void Write(const Track &track) { AnalyticsWriter(&double_.library).Add(buffer_, track.header, track.instances); }

  AnalyticsDouble double_;
  GstBuffer *const buffer_ = MakeFrame("RGB", 64, 48);
};

TEST_F(AnalyticsBridge, WritesBoxTrackingAndKeypoints) {
  Track track = MakeTrack(64, 48);
  track.instances[0].id = 7;
  Write(track);
  EXPECT_EQ(double_.On(buffer_),
            "box thing 16,12 33x25 0.75\n"
            "tracking 7 since 0 to 0\n"
            "group fake/thing (16,12 0.9 1) (48,12 0.2 4) (32,36 0.8 8) 0-1 1-2\n"
            "0 relates to 1\n"
            "0 contains 2\n"
            "2 is part of 0\n");
}

TEST_F(AnalyticsBridge, ALostPointKeepsItsPlaceWithoutConfidence) {
  Track track = MakeTrack(64, 48);
  track.instances[0].points[1].visibility = Visibility::kLost;
  Write(track);
  EXPECT_THAT(double_.On(buffer_), ::testing::HasSubstr("(16,12 0.9 1) (48,12 0 0) (32,36 0.8 8)"));
}

TEST_F(AnalyticsBridge, ALostInstanceIsNotThere) {
  Track track = MakeTrack(64, 48);
  track.instances[0].points.clear();
  Write(track);
  EXPECT_EQ(double_.On(buffer_), "");
}

TEST_F(AnalyticsBridge, PlacesFarOutsideAreHeld) {
  Track track = MakeTrack(64, 48);
  track.instances[0].points[0].xy_in_frame = {1e30F, -1e30F};
  track.instances[0].box = {-1e30F, -1e30F, 2e30F, 2e30F};
  Write(track);
  EXPECT_THAT(double_.On(buffer_), ::testing::HasSubstr("box thing -1000000,-1000000 2000001x2000001"));
}

TEST_F(AnalyticsBridge, AddsToWhatIsThereAndToAnotherTracker) {
  Write(MakeTrack(64, 48, "mouse"));
  Write(MakeTrack(64, 48, "fly"));
  EXPECT_THAT(double_.On(buffer_),
              ::testing::AllOf(::testing::HasSubstr("box mouse"), ::testing::HasSubstr("box fly"),
                               ::testing::HasSubstr("3 contains 5"), ::testing::HasSubstr("5 is part of 3")));
}

TEST_F(AnalyticsBridge, RemembersWhenAnIdWasFirstSeen) {
  AnalyticsWriter writer(&double_.library);
  const Track track = MakeTrack(64, 48);
  writer.Add(buffer_, track.header, track.instances);
  FrameOptions options;
  options.pts = 40;
  GstBuffer *next = MakeFrame("RGB", 64, 48, options);
  writer.Add(next, track.header, track.instances);
  EXPECT_THAT(double_.On(next), ::testing::HasSubstr("tracking 1 since 0 to 40"));
  gst_buffer_unref(next);
}

TEST_F(AnalyticsBridge, WithoutKeypointsThereAreBoxesAndTracking) {
  double_.library.relation_meta_add_keypoints_group = nullptr;
  Write(MakeTrack(64, 48));
  EXPECT_EQ(double_.On(buffer_), "box thing 16,12 33x25 0.75\ntracking 1 since 0 to 0\n0 relates to 1\n");
}

TEST_F(AnalyticsBridge, BoxesAreRegionsWithTheIdOfTheirTracking) {
  Track track = MakeTrack(64, 48, "dog");
  track.instances[0].id = 12;
  Write(track);
  Write(MakeTrack(64, 48, "cat"));
  const auto dogs = ReadRegions(buffer_, "dog");
  ASSERT_EQ(dogs.size(), 1U);
  EXPECT_EQ(dogs[0].id, 12);
  EXPECT_EQ(dogs[0].box.x, 16);
  EXPECT_EQ(dogs[0].box.height, 25);
  EXPECT_EQ(ReadRegions(buffer_, "").size(), 2U);
}

TEST_F(AnalyticsBridge, ABoxThatIsARegionOfInterestTooCountsOnce) {
  Write(MakeTrack(64, 48));
  gst_buffer_add_video_region_of_interest_meta(buffer_, "thing", 16, 12, 33, 25);
  EXPECT_EQ(ReadRegions(buffer_, "").size(), 1U);
}

// ---- the element ----

class MetadataProperty : public ::testing::Test {
 protected:
  /// What the element attaches to its third frame.
  GstBuffer *Third(const std::string &metadata) {
    ElementUnderTest element(
        "keypointtrack",
        {{"support-file", WriteSupport(folder_)}, {"model-file", "fake.safetensors"}, {"metadata", metadata}});
    GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
    GstBuffer *out = nullptr;
    for (GstClockTime i = 0; i < 3; ++i) {
      gst_clear_buffer(&out);
      FrameOptions options;
      options.pts = i * GST_SECOND / 30;
      out = gst_harness_push_and_pull(harness, MakeFrame("RGB", 64, 48, options));
    }
    return out;
  }

  TemporaryFolder folder_;
  FakeNetwork network_;
};

TEST_F(MetadataProperty, ChoosesWhatIsAttached) {
  const AnalyticsDouble analytics;
  const struct {
    const char *value;
    bool own, analytics;
  } cases[] = {{"auto", true, true}, {"own", true, false}, {"analytics", false, true}, {"both", true, true}};
  for (const auto &one : cases) {
    SCOPED_TRACE(one.value);
    GstBuffer *out = Third(one.value);
    ASSERT_NE(out, nullptr);
    EXPECT_EQ(!ReadTracks(out).empty(), one.own);
    EXPECT_EQ(!analytics.On(out).empty(), one.analytics);
    gst_buffer_unref(out);
  }
}

TEST_F(MetadataProperty, WithoutALibraryAutoIsOwnAndTheOthersSaySo) {
  SetAnalyticsLibraryForTesting(nullptr);
  GstBuffer *out = Third("auto");
  EXPECT_EQ(ReadTracks(out).size(), 1U);
  gst_buffer_unref(out);
  for (const char *value : {"analytics", "both"}) {
    ElementUnderTest element("keypointtrack", {{"support-file", WriteSupport(folder_)}, {"metadata", value}});
    EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    EXPECT_THAT(element.PopError(), ::testing::HasSubstr("use 'auto' or 'own'"));
  }
}

TEST(AnalyticsLibrary, AMissingOrForeignLibraryIsNone) {
  AnalyticsLibrary library{};
  EXPECT_FALSE(LoadAnalyticsLibrary("libkpt-no-such-library.so", &library));
  EXPECT_FALSE(LoadAnalyticsLibrary("libgstreamer-1.0.so.0", &library));
}

/// Boxes and tracking through the system's own library.
TEST(AnalyticsLibrary, TheSystemsLibraryKeepsBoxesAndIds) {
  AnalyticsLibrary library{};
  if (!LoadAnalyticsLibrary("libgstanalytics-1.0.so.0", &library)) {
    GTEST_SKIP() << "this GStreamer has no analytics library";
  }
  Track track = MakeTrack(64, 48, "dog");
  track.instances[0].id = 12;
  GstBuffer *buffer = MakeFrame("RGB", 64, 48);
  AnalyticsWriter(&library).Add(buffer, track.header, track.instances);
  const auto regions = ReadAnalyticsBoxes(library, buffer, "dog");
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0].id, 12);
  EXPECT_EQ(regions[0].box.x, 16);
  EXPECT_EQ(regions[0].box.width, 33);
  EXPECT_TRUE(ReadAnalyticsBoxes(library, buffer, "cat").empty());
  gst_buffer_unref(buffer);
}

}  // namespace
}  // namespace kpt::gst
