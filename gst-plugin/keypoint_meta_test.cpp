// The keypoint meta: what is written is read; hostile content is left out; it survives what pipelines do to buffers.
#include "keypoint_meta.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using testing::MakeFrame;
using testing::MakeTrack;
using testing::VideoCaps;
using testing::WithTrack;

void ExpectSame(const Track &a, const Track &b) {
  EXPECT_EQ(a.header.width, b.header.width);
  EXPECT_EQ(a.header.height, b.header.height);
  EXPECT_EQ(a.header.category, b.header.category);
  EXPECT_EQ(a.header.model, b.header.model);
  EXPECT_EQ(a.header.names, b.header.names);
  EXPECT_EQ(a.header.skeleton, b.header.skeleton);
  ASSERT_EQ(a.instances.size(), b.instances.size());
  for (std::size_t i = 0; i < a.instances.size(); ++i) {
    const Instance &p = a.instances[i];
    const Instance &q = b.instances[i];
    EXPECT_EQ(p.id, q.id);
    EXPECT_EQ(p.state, q.state);
    EXPECT_EQ(p.confidence, q.confidence);
    EXPECT_EQ(p.box.x, q.box.x);
    EXPECT_EQ(p.box.height, q.box.height);
    ASSERT_EQ(p.points.size(), q.points.size());
    for (std::size_t k = 0; k < p.points.size(); ++k) {
      EXPECT_EQ(p.points[k].xy_in_frame.x, q.points[k].xy_in_frame.x);
      EXPECT_EQ(p.points[k].xy_in_frame.y, q.points[k].xy_in_frame.y);
      EXPECT_EQ(p.points[k].raw_in_frame.x, q.points[k].raw_in_frame.x);
      EXPECT_EQ(p.points[k].raw_in_frame.y, q.points[k].raw_in_frame.y);
      EXPECT_EQ(p.points[k].confidence, q.points[k].confidence);
      EXPECT_EQ(p.points[k].visibility, q.points[k].visibility);
    }
  }
}

TEST(KeypointMeta, ReadsWhatWasWritten) {
  const Track track = MakeTrack(640, 480);
  GstBuffer *buffer = WithTrack(MakeFrame("GRAY8", 8, 8), track);
  const auto read = ReadTracks(buffer);
  ASSERT_EQ(read.size(), 1U);
  ExpectSame(track, read[0]);
  gst_buffer_unref(buffer);
}

TEST(KeypointMeta, TrackersInSeriesEachAddTheirTrack) {
  GstBuffer *buffer = WithTrack(MakeFrame("GRAY8", 8, 8), MakeTrack(640, 480, "mouse"));
  WithTrack(buffer, MakeTrack(640, 480, "fly"));
  const auto read = ReadTracks(buffer);
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].header.category, "mouse");
  EXPECT_EQ(read[1].header.category, "fly");
  gst_buffer_unref(buffer);
}

TEST(KeypointMeta, ALostInstanceHasNoPointsAndNoBox) {
  Track track = MakeTrack(640, 480);
  track.instances[0].state = TrackState::kLost;
  track.instances[0].points.clear();
  GstBuffer *buffer = WithTrack(MakeFrame("GRAY8", 8, 8), track);
  const auto read = ReadTracks(buffer);
  ASSERT_EQ(read.at(0).instances.size(), 1U);
  EXPECT_EQ(read[0].instances[0].state, TrackState::kLost);
  EXPECT_TRUE(read[0].instances[0].points.empty());
  EXPECT_EQ(read[0].instances[0].box.width, 0);
  gst_buffer_unref(buffer);
}

TEST(KeypointMeta, ABufferWithoutMetaHasNoTracks) {
  GstBuffer *buffer = MakeFrame("GRAY8", 8, 8);
  EXPECT_TRUE(ReadTracks(buffer).empty());
  gst_buffer_unref(buffer);
}

TEST(KeypointMeta, TracksOfOneCategoryAreToldApart) {
  const std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>> cases = {
      {{"object", "object", "object"}, {"object", "object 2", "object 3"}},
      {{"fly", "object", "object"}, {"fly", "object", "object 3"}},
      {{"object 2", "object", "object 2"}, {"object 2", "object", "object 2 3"}},
      {{"object", "object 3", "object"}, {"object", "object 3", "object 4"}},
  };
  for (const auto &[written, read] : cases) {
    GstBuffer *buffer = MakeFrame("GRAY8", 8, 8);
    for (const std::string &category : written) WithTrack(buffer, MakeTrack(640, 480, category));
    std::vector<std::string> categories;
    for (const Track &track : ReadTracks(buffer)) categories.push_back(track.header.category);
    EXPECT_EQ(categories, read);
    gst_buffer_unref(buffer);
  }
}

TEST(KeypointMeta, CopiesAreDeep) {
  GstBuffer *buffer = WithTrack(MakeFrame("GRAY8", 8, 8), MakeTrack(640, 480));
  GstBuffer *copy = gst_buffer_copy(buffer);
  WithTrack(copy, MakeTrack(640, 480, "fly"));
  EXPECT_EQ(ReadTracks(buffer).size(), 1U);
  EXPECT_EQ(ReadTracks(copy).size(), 2U);
  gst_buffer_unref(copy);
  gst_buffer_unref(buffer);
}

TEST(KeypointMeta, CanBeSentAsText) {
  GstBuffer *buffer = WithTrack(MakeFrame("GRAY8", 8, 8), MakeTrack(640, 480));
  GstStructure *structure = gst_custom_meta_get_structure(gst_buffer_get_custom_meta(buffer, kKeypointMetaName));
  gchar *text = gst_structure_serialize(structure, GST_SERIALIZE_FLAG_NONE);
  ASSERT_NE(text, nullptr);
  GstStructure *parsed = gst_structure_from_string(text, nullptr);
  ASSERT_NE(parsed, nullptr) << text;
  EXPECT_TRUE(gst_structure_is_equal(structure, parsed)) << text;
  gst_structure_free(parsed);
  g_free(text);
  gst_buffer_unref(buffer);
}

// ---- hostile content ----

/// A buffer whose only track was changed by `spoil`; then what is read of it.
std::vector<Track> ReadSpoilt(const std::function<void(Track *)> &spoil) {
  Track track = MakeTrack(640, 480);
  spoil(&track);
  GstBuffer *buffer = WithTrack(MakeFrame("GRAY8", 8, 8), track);
  auto read = ReadTracks(buffer);
  gst_buffer_unref(buffer);
  return read;
}

TEST(KeypointMeta, LeavesOutWhatIsNotFinite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    EXPECT_TRUE(ReadSpoilt([&](Track *t) { t->instances[0].points[1].xy_in_frame.x = bad; }).at(0).instances.empty());
    EXPECT_TRUE(ReadSpoilt([&](Track *t) { t->instances[0].confidence = bad; }).at(0).instances.empty());
  }
}

TEST(KeypointMeta, LeavesOutInstancesWithTheWrongNumberOfPoints) {
  EXPECT_TRUE(ReadSpoilt([](Track *t) { t->instances[0].points.pop_back(); }).at(0).instances.empty());
}

TEST(KeypointMeta, LeavesOutLinksToPointsThatDoNotExist) {
  const auto read = ReadSpoilt([](Track *t) { t->header.skeleton = {{0, 3}, {-1, 0}, {0, 2}}; });
  ASSERT_EQ(read.at(0).header.skeleton.size(), 1U);
  EXPECT_EQ(read[0].header.skeleton[0], (Link{0, 2}));
}

TEST(KeypointMeta, LeavesOutTracksWithoutASize) {
  EXPECT_TRUE(ReadSpoilt([](Track *t) { t->header.width = 0; }).empty());
}

TEST(KeypointMeta, ToleratesAnyStructure) {
  for (const char *fields :
       {"", "schema=(int)2, tracks=(structure)<>", "schema=(int)1, tracks=(int)3", "schema=(int)1, tracks=(int)<1,2>",
        "schema=(int)1, tracks=(structure)<[track, width=(int)1;]>",
        "schema=(int)1, tracks=(structure)<[track, width=(int)9, height=(int)9, names=(string)<a>, skeleton=(int)<>, "
        "instances=(structure)<[instance, id=(int)1, confidence=(float)1, x=(string)<q>;]>;]>"}) {
    GstBuffer *buffer = MakeFrame("GRAY8", 8, 8);
    GstStructure *root = gst_custom_meta_get_structure(gst_buffer_add_custom_meta(buffer, kKeypointMetaName));
    GstStructure *parsed = gst_structure_from_string((std::string("x, ") + fields).c_str(), nullptr);
    if (parsed != nullptr) {
      gst_structure_foreach(
          parsed,
          [](GQuark field, const GValue *value, gpointer target) -> gboolean {
            gst_structure_id_set_value(static_cast<GstStructure *>(target), field, value);
            return TRUE;
          },
          root);
      gst_structure_free(parsed);
    }
    for (const Track &track : ReadTracks(buffer)) EXPECT_TRUE(track.instances.empty()) << fields;
    gst_buffer_unref(buffer);
  }
}

// ---- elements between tracker and reader ----

/// Pushes a 64x48 I420 frame with a track through `pipeline` and returns the tracks that come out.
std::vector<Track> Through(const char *pipeline, const char *out_caps) {
  GstHarness *harness = gst_harness_new_parse(pipeline);
  gst_harness_set_src_caps_str(harness, VideoCaps("I420", 64, 48).c_str());
  gst_harness_set_sink_caps_str(harness, out_caps);
  for (const GstClockTime pts : {0, 1}) {  // videorate holds one frame back
    testing::FrameOptions options;
    options.pts = pts * GST_SECOND / 30;
    EXPECT_EQ(gst_harness_push(harness, WithTrack(MakeFrame("I420", 64, 48, options), MakeTrack(64, 48))), GST_FLOW_OK);
  }
  GstBuffer *out = gst_harness_pull(harness);
  auto tracks = ReadTracks(out);
  gst_buffer_unref(out);
  gst_harness_teardown(harness);
  return tracks;
}

TEST(KeypointMeta, SurvivesElementsThatKeepOrConvertPictures) {
  const struct {
    const char *pipeline;
    const char *caps;
  } cases[] = {
      {"videoconvert", "video/x-raw,format=BGRA,width=64,height=48,framerate=30/1"},
      {"videoscale", "video/x-raw,format=I420,width=32,height=24,framerate=30/1"},
      {"videoconvertscale", "video/x-raw,format=RGB,width=17,height=13,framerate=30/1"},
      {"queue", "video/x-raw"},
      {"tee name=t ! queue ! fakesink async=false t. ! queue", "video/x-raw"},
      {"videoflip method=horizontal-flip", "video/x-raw"},
      {"videorate", "video/x-raw,framerate=30/1"},
      {"timeoverlay", "video/x-raw"},
  };
  for (const auto &one : cases) {
    SCOPED_TRACE(one.pipeline);
    const std::string pipeline = one.pipeline;
    GstElementFactory *factory = gst_element_factory_find(pipeline.substr(0, pipeline.find(' ')).c_str());
    if (factory == nullptr) continue;  // a plugin that this machine lacks
    gst_object_unref(factory);
    const auto tracks = Through(one.pipeline, one.caps);
    ASSERT_EQ(tracks.size(), 1U);
    ExpectSame(MakeTrack(64, 48), tracks[0]);  // coordinates stay those of the 64x48 reference
  }
}

TEST(KeypointMeta, KeepsTheCoordinatesOfTheUncroppedFrameThroughVideocrop) {
  // What docs/elements/metadata.md warns of: crop before tracking.
  const auto tracks = Through("videocrop left=16", "video/x-raw");
  ASSERT_EQ(tracks.size(), 1U);
  ExpectSame(MakeTrack(64, 48), tracks[0]);
}

}  // namespace
}  // namespace kpt::gst
