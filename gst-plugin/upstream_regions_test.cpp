// keypointtrack with inference-region=roi-list: which metadata counts as a region, and what becomes of it.
#include "upstream_regions.h"

#include <gmock/gmock.h>

#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's

struct Detection {
  const char *type;
  int id;
  guint x, y, width, height;
};

GstVideoRegionOfInterestMeta *Attach(GstBuffer *buffer, const Detection &seen) {
  auto *meta = gst_buffer_add_video_region_of_interest_meta(buffer, seen.type, seen.x, seen.y, seen.width, seen.height);
  meta->id = seen.id;
  return meta;
}

// ---- metadata ----

class UpstreamRegions : public ::testing::Test {
 protected:
  ~UpstreamRegions() override { gst_buffer_unref(buffer_); }
  GstBuffer *const buffer_ = MakeFrame("RGB", 64, 48);
};

TEST_F(UpstreamRegions, ABufferWithoutMetadataHasNone) { EXPECT_TRUE(ReadRegions(buffer_, "").empty()); }

TEST_F(UpstreamRegions, ARegionOfInterestIsOne) {
  Attach(buffer_, {"person", 7, 10, 11, 20, 21});
  const auto regions = ReadRegions(buffer_, "");
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0].id, 7);
  EXPECT_EQ(regions[0].box.x, 10);
  EXPECT_EQ(regions[0].box.y, 11);
  EXPECT_EQ(regions[0].box.width, 20);
  EXPECT_EQ(regions[0].box.height, 21);
}

TEST_F(UpstreamRegions, TheClassFilters) {
  Attach(buffer_, {"person", 1, 0, 0, 20, 20});
  Attach(buffer_, {"dog", 2, 0, 0, 20, 20});
  EXPECT_EQ(ReadRegions(buffer_, "").size(), 2U);
  ASSERT_EQ(ReadRegions(buffer_, "dog").size(), 1U);
  EXPECT_EQ(ReadRegions(buffer_, "dog")[0].id, 2);
  EXPECT_TRUE(ReadRegions(buffer_, "do").empty());
}

TEST_F(UpstreamRegions, ATrackersObjectIdIsPreferred) {
  auto *meta = Attach(buffer_, {"person", 1234, 0, 0, 20, 20});
  gst_video_region_of_interest_meta_add_param(meta, gst_structure_new("object_id", "id", G_TYPE_INT, 5, nullptr));
  EXPECT_EQ(ReadRegions(buffer_, "").at(0).id, 5);
}

// ---- the element ----

class RoiList : public ::testing::Test {
 protected:
  Properties Working(const Properties &more = {}) const {
    Properties properties = {
        {"support-file", support_}, {"model-file", "fake.safetensors"}, {"inference-region", "roi-list"}};
    properties.insert(properties.end(), more.begin(), more.end());
    return properties;
  }

  /// Pushes three frames that all have these detections; returns the last one's instances.
  std::vector<Instance> Push(GstHarness *harness, const std::vector<Detection> &seen, int width = 320,
                             int height = 240) {
    std::vector<Instance> instances;
    for (int i = 0; i < 3; ++i, ++frames_) {
      FrameOptions options;
      options.pts = frames_ * GST_SECOND / 30;
      GstBuffer *frame = MakeFrame("RGB", width, height, options);
      for (const Detection &detection : seen) Attach(frame, detection);
      GstBuffer *out = gst_harness_push_and_pull(harness, frame);
      instances = ReadTracks(out).at(0).instances;
      gst_buffer_unref(out);
    }
    return instances;
  }

  TemporaryFolder folder_;
  const std::string support_ = WriteSupport(folder_);
  FakeNetwork network_;
  GstClockTime frames_ = 0;
};

TEST_F(RoiList, WithoutRegionsTheNetworkRests) {
  ElementUnderTest element("keypointtrack", Working());
  EXPECT_TRUE(Push(element.Play(VideoCaps("RGB", 320, 240)), {}).empty());
  EXPECT_EQ(network_.behaviour().estimates, 0);
}

TEST_F(RoiList, EachRegionGivesAnInstanceThatBearsItsId) {
  ElementUnderTest element("keypointtrack", Working({{"instances", "2"}}));
  const std::vector<Detection> seen = {{"thing", 57, 10, 100, 80, 80}, {"thing", 12, 200, 20, 100, 100}};
  const auto instances = Push(element.Play(VideoCaps("RGB", 320, 240)), seen);
  ASSERT_EQ(instances.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(instances[i].id, seen[i].id);
    EXPECT_EQ(instances[i].state, TrackState::kTracked);
    for (const TrackedPoint &point : instances[i].points) {
      EXPECT_NEAR(point.xy_in_frame.x, seen[i].x + seen[i].width / 2.0, seen[i].width / 2.0);
      EXPECT_NEAR(point.xy_in_frame.y, seen[i].y + seen[i].height / 2.0, seen[i].height / 2.0);
    }
  }
}

TEST_F(RoiList, OnlyTheObjectClassCounts) {
  ElementUnderTest element("keypointtrack", Working({{"object-class", "dog"}}));
  GstHarness *harness = element.Play(VideoCaps("RGB", 320, 240));
  EXPECT_TRUE(Push(harness, {{"person", 1, 10, 100, 80, 80}}).empty());
  g_object_set(element.get(), "object-class", "person", nullptr);  // while playing
  EXPECT_EQ(Push(harness, {{"person", 1, 10, 100, 80, 80}}).size(), 1U);
}

TEST_F(RoiList, AnIdSurvivesAChangeOfSize) {
  ElementUnderTest element("keypointtrack", Working());
  GstHarness *harness = element.Play(VideoCaps("RGB", 320, 240));
  EXPECT_EQ(Push(harness, {{"thing", 57, 10, 100, 80, 80}}).at(0).id, 57);
  gst_harness_set_src_caps_str(harness, VideoCaps("RGB", 160, 120).c_str());
  EXPECT_EQ(Push(harness, {}, 160, 120).at(0).id, 57);
}

TEST_F(RoiList, AreIgnoredInFullFrame) {
  ElementUnderTest element("keypointtrack", Working({{"inference-region", "full-frame"}}));
  EXPECT_EQ(Push(element.Play(VideoCaps("RGB", 320, 240)), {{"thing", 57, 10, 100, 80, 80}}).at(0).id, 1);
}

}  // namespace
}  // namespace kpt::gst
