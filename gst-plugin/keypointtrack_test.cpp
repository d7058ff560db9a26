// keypointtrack between the pads of a harness, with a fake network: caps, pixels, time, messages, settings.
#include <gtest/gtest.h>

#include <string>

#include "keypoint_meta.h"
#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's

class KeypointTrack : public ::testing::Test {
 protected:
  Properties Working(const Properties &more = {}) const {
    Properties properties = {{"support-file", support_}, {"model-file", "fake.safetensors"}};
    properties.insert(properties.end(), more.begin(), more.end());
    return properties;
  }

  /// Pushes `count` frames from `pts` on, 30 a second; returns the last one's tracks.
  std::vector<Track> Push(GstHarness *harness, int count, GstClockTime pts = 0, int width = 64, int height = 48) {
    std::vector<Track> tracks;
    for (int i = 0; i < count; ++i) {
      FrameOptions options;
      options.pts = pts + static_cast<GstClockTime>(i) * GST_SECOND / 30;
      GstBuffer *out = gst_harness_push_and_pull(harness, MakeFrame("RGB", width, height, options));
      if (out == nullptr) {
        ADD_FAILURE() << "no frame came out";
        return {};
      }
      tracks = ReadTracks(out);
      gst_buffer_unref(out);
    }
    return tracks;
  }

  TemporaryFolder folder_;
  const std::string support_ = WriteSupport(folder_);
  FakeNetwork network_;
};

std::string StateOf(GstElement *element) {
  gchar *text = nullptr;
  GValue value = G_VALUE_INIT;
  g_value_init(&value, g_type_from_name("GstKeypointTrackState"));
  g_object_get_property(G_OBJECT(element), "state", &value);
  text = gst_value_serialize(&value);
  const std::string out = text;
  g_free(text);
  return out;
}

// ---- frames ----

TEST_F(KeypointTrack, AdoptsAFrameAsAShotWhereItIsAskedTo) {
  for (const auto &[adopt, shots] : {std::pair("0", 1), std::pair("1", 2)}) {
    ElementUnderTest element("keypointtrack",
                             Working({{"initial-boxes", "10,2,44,44,90"}, {"adopt-shots", adopt}}));  // a turned object
    const auto tracks = Push(element.Play(VideoCaps("RGB", 64, 48)), 20);
    EXPECT_EQ(network_.behaviour().shots, shots);
    ASSERT_EQ(tracks.size(), 1U);
    ASSERT_EQ(tracks[0].instances.size(), 1U);
    EXPECT_EQ(tracks[0].instances[0].state, TrackState::kTracked);
    EXPECT_EQ(element.PopProblem(), "");
  }
}

TEST_F(KeypointTrack, DescribesEveryFrame) {
  ElementUnderTest element("keypointtrack", Working());
  GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
  const auto tracks = Push(harness, 5);
  ASSERT_EQ(tracks.size(), 1U);
  EXPECT_EQ(tracks[0].header.category, "thing");
  EXPECT_EQ(tracks[0].header.model, "fake");
  EXPECT_EQ(tracks[0].header.width, 64);
  EXPECT_EQ(tracks[0].header.height, 48);
  EXPECT_EQ(tracks[0].header.names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(tracks[0].header.skeleton, (std::vector<Link>{{0, 1}, {1, 2}}));
  ASSERT_EQ(tracks[0].instances.size(), 1U);
  EXPECT_EQ(tracks[0].instances[0].state, TrackState::kTracked);
  EXPECT_EQ(tracks[0].instances[0].points.size(), 3U);
  EXPECT_EQ(StateOf(element.get()), "tracked");
}

TEST_F(KeypointTrack, TakesEveryFormatInOddSizesAndPaddedRows) {
  for (const char *format : {"NV12", "I420", "RGB", "BGR", "RGBA", "BGRA", "RGBx", "BGRx", "GRAY8"}) {
    for (const auto &[width, height] : {std::pair{1, 1}, {2, 1}, {17, 13}, {64, 48}}) {
      for (const int extra_stride : {0, 13}) {
        SCOPED_TRACE(std::string(format) + " " + std::to_string(width) + "x" + std::to_string(height));
        ElementUnderTest element("keypointtrack", Working());
        GstHarness *harness = element.Play(VideoCaps(format, width, height));
        FrameOptions options;
        options.extra_stride = extra_stride;
        GstBuffer *frame = MakeFrame(format, width, height, options);
        const auto before = BytesOf(frame);
        GstBuffer *out = gst_harness_push_and_pull(harness, frame);
        ASSERT_NE(out, nullptr) << element.PopError();
        EXPECT_EQ(BytesOf(out), before);
        EXPECT_EQ(ReadTracks(out).size(), 1U);
        gst_buffer_unref(out);
      }
    }
  }
}

TEST_F(KeypointTrack, NeverCopiesPixelsEvenOfASharedBuffer) {
  ElementUnderTest element("keypointtrack", Working());
  GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
  GstBuffer *frame = MakeFrame("RGB", 64, 48);
  const auto before = BytesOf(frame);
  // What a tee does: a second holder of the same buffer.
  GstBuffer *out = gst_harness_push_and_pull(harness, gst_buffer_ref(frame));
  ASSERT_NE(out, nullptr);
  EXPECT_NE(out, frame);
  EXPECT_EQ(gst_buffer_peek_memory(out, 0), gst_buffer_peek_memory(frame, 0));  // the very same memory
  EXPECT_EQ(BytesOf(frame), before);
  EXPECT_TRUE(ReadTracks(frame).empty());  // the other branch sees no metadata
  EXPECT_EQ(ReadTracks(out).size(), 1U);
  gst_buffer_unref(out);
  gst_buffer_unref(frame);
}

TEST_F(KeypointTrack, AddsToTheTrackOfAnEarlierTracker) {
  ElementUnderTest element("keypointtrack", Working());
  GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
  GstBuffer *out = gst_harness_push_and_pull(harness, WithTrack(MakeFrame("RGB", 64, 48), MakeTrack(64, 48, "other")));
  const auto tracks = ReadTracks(out);
  ASSERT_EQ(tracks.size(), 2U);
  EXPECT_EQ(tracks[0].header.category, "other");
  EXPECT_EQ(tracks[1].header.category, "thing");
  gst_buffer_unref(out);
}

TEST_F(KeypointTrack, OffersTheVideoMetaUpstream) {
  ElementUnderTest element("keypointtrack", Working());
  GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
  Push(harness, 1);
  GstCaps *caps = gst_caps_from_string(VideoCaps("RGB", 64, 48).c_str());
  GstQuery *query = gst_query_new_allocation(caps, FALSE);
  ASSERT_TRUE(gst_pad_peer_query(harness->srcpad, query));
  EXPECT_TRUE(gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr));
  gst_query_unref(query);
  gst_caps_unref(caps);
}

TEST_F(KeypointTrack, RefusesInterlacedVideoAndSaysWhatToDo) {
  ElementUnderTest element("keypointtrack", Working());
  GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48, "framerate=30/1,interlace-mode=interleaved"));
  EXPECT_EQ(gst_harness_push(harness, MakeFrame("RGB", 64, 48)), GST_FLOW_NOT_NEGOTIATED);
  const std::string error = element.PopError();
  EXPECT_EQ(error.find("gst-stream-error-quark/" + std::to_string(GST_STREAM_ERROR_FORMAT)), 0U) << error;
  EXPECT_NE(error.find("deinterlace"), std::string::npos) << error;
}

TEST_F(KeypointTrack, ABufferThatIsTooSmallIsAnErrorNotACrash) {
  ElementUnderTest element("keypointtrack", Working());
  GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
  EXPECT_EQ(gst_harness_push(harness, gst_buffer_new_allocate(nullptr, 10, nullptr)), GST_FLOW_ERROR);
  EXPECT_NE(element.PopError().find("10 bytes does not hold a 64x48 RGB frame"), std::string::npos);
}

// ---- time ----

TEST_F(KeypointTrack, SeeksGapsAndSignalsResetTheTrack) {
  const struct {
    const char *name;
    std::function<void(GstElement *, GstHarness *)> disturb;
    GstClockTime next_pts;
    bool resets;
  } cases[] = {
      {"nothing", [](GstElement *, GstHarness *) {}, GST_SECOND / 6, false},
      {"backward", [](GstElement *, GstHarness *) {}, 0, true},
      {"gap of 0.9 s", [](GstElement *, GstHarness *) {}, GST_SECOND, false},
      {"gap of 2 s", [](GstElement *, GstHarness *) {}, 2 * GST_SECOND + GST_SECOND / 6, true},
      {"reset", [](GstElement *e, GstHarness *) { g_signal_emit_by_name(e, "reset"); }, GST_SECOND / 6, true},
      {"segment",
       [](GstElement *, GstHarness *h) {
         GstSegment segment;
         gst_segment_init(&segment, GST_FORMAT_TIME);
         segment.base = GST_SECOND;
         gst_harness_push_event(h, gst_event_new_segment(&segment));
       },
       GST_SECOND / 6, false},
      {"gap event",
       [](GstElement *, GstHarness *h) {
         gst_harness_push_event(h, gst_event_new_gap(GST_SECOND / 6, GST_SECOND / 2));
       },
       2 * GST_SECOND / 3, false},
      {"flush",
       [](GstElement *, GstHarness *h) {
         gst_harness_push_event(h, gst_event_new_flush_start());
         gst_harness_push_event(h, gst_event_new_flush_stop(TRUE));
         GstSegment segment;
         gst_segment_init(&segment, GST_FORMAT_TIME);
         gst_harness_push_event(h, gst_event_new_segment(&segment));
       },
       GST_SECOND / 6, true},
      {"stream start",
       [](GstElement *, GstHarness *h) {
         gst_harness_push_event(h, gst_event_new_stream_start("another"));
         gst_harness_set_src_caps_str(h, VideoCaps("RGB", 64, 48).c_str());
       },
       GST_SECOND / 6, true},
  };
  for (const auto &one : cases) {
    SCOPED_TRACE(one.name);
    ElementUnderTest element("keypointtrack", Working());
    GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
    Push(harness, 5);
    ASSERT_EQ(StateOf(element.get()), "tracked");
    one.disturb(element.get(), harness);
    Push(harness, 1, one.next_pts);
    EXPECT_EQ(StateOf(element.get()), one.resets ? "searching" : "tracked");  // one frame is not enough to be sure
  }
}

TEST_F(KeypointTrack, ASlowStreamHasNoGaps) {
  ElementUnderTest element("keypointtrack", Working());
  GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48, "framerate=1/2"));
  for (const GstClockTime seconds : {0, 2, 4, 6, 14}) Push(harness, 1, seconds * GST_SECOND);
  EXPECT_EQ(StateOf(element.get()), "tracked");  // 8 s are four frames here
  Push(harness, 1, 25 * GST_SECOND);
  EXPECT_EQ(StateOf(element.get()), "searching");
}

TEST_F(KeypointTrack, ATrackSurvivesAChangeOfSize) {
  ElementUnderTest element("keypointtrack", Working());
  GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
  Push(harness, 5);
  gst_harness_set_src_caps_str(harness, VideoCaps("RGB", 128, 96).c_str());
  const auto tracks = Push(harness, 1, GST_SECOND / 6, 128, 96);
  EXPECT_EQ(StateOf(element.get()), "tracked");
  ASSERT_EQ(tracks.size(), 1U);
  EXPECT_EQ(tracks[0].header.width, 128);
}

TEST_F(KeypointTrack, ATrackOfHiddenPointsSurvivesAChangeOfSize) {
  ElementUnderTest element("keypointtrack", Working({{"confidence-threshold", "0.8"}}));
  GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
  Push(harness, 5);
  network_.behaviour().confidence = 0.1F;  // a moment of doubt; points take longer to be believed again than the object
  Push(harness, 2, GST_SECOND / 6);
  network_.behaviour().confidence = 0.9F;
  for (const TrackedPoint &point : Push(harness, 1, 7 * GST_SECOND / 30).at(0).instances.at(0).points) {
    ASSERT_EQ(point.visibility, Visibility::kHidden);
  }
  gst_harness_set_src_caps_str(harness, VideoCaps("RGB", 128, 96).c_str());
  const auto tracks = Push(harness, 1, 8 * GST_SECOND / 30, 128, 96);
  EXPECT_EQ(element.PopProblem(), "");
  EXPECT_EQ(StateOf(element.get()), "tracked");
  EXPECT_EQ(tracks.at(0).header.width, 128);
}

TEST_F(KeypointTrack, FramesWithoutTimestampsAreTracked) {
  ElementUnderTest element("keypointtrack", Working());
  GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48, "framerate=0/1"));
  for (int i = 0; i < 3; ++i) {
    FrameOptions options;
    options.pts = GST_CLOCK_TIME_NONE;
    gst_buffer_unref(gst_harness_push_and_pull(harness, MakeFrame("RGB", 64, 48, options)));
  }
  EXPECT_EQ(StateOf(element.get()), "tracked");
}

TEST_F(KeypointTrack, AddsItsOwnLatencyToUpstreams) {
  ElementUnderTest element("keypointtrack", Working());
  GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
  gst_harness_set_upstream_latency(harness, 20 * GST_MSECOND);
  Push(harness, 1);
  EXPECT_EQ(gst_harness_query_latency(harness), 20 * GST_MSECOND + GST_SECOND / 30);
}

TEST_F(KeypointTrack, SaysWhenItsLatencyChangedInALivePipelineOnly) {
  for (const bool live : {true, false}) {
    ElementUnderTest element("keypointtrack", Working());
    GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
    if (live) {
      gst_harness_set_upstream_latency(harness, 20 * GST_MSECOND);
      Push(harness, 1);
      gst_harness_query_latency(harness);  // how the element learns it: the harness says that it is live
    }
    Push(harness, 60, GST_SECOND / 30);  // the fake network is much faster than the first guess
    GstMessage *message = element.Pop(GST_MESSAGE_LATENCY);
    EXPECT_EQ(message != nullptr, live);
    if (message != nullptr) gst_message_unref(message);
  }
}

// ---- states, messages, settings ----

TEST_F(KeypointTrack, SaysWhenTheObjectIsLostAndFoundAgain) {
  ElementUnderTest element("keypointtrack", Working({{"max-lost-frames", "4"}}));
  GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
  EXPECT_NE(element.PopElementMessage("keypoint-support-loaded").find("keypoints=(int)3"), std::string::npos);
  Push(harness, 5);
  network_.behaviour().confidence = 0.1F;
  Push(harness, 10, GST_SECOND / 6);
  EXPECT_EQ(StateOf(element.get()), "lost");
  EXPECT_NE(element.PopElementMessage("keypoint-lost").find("id=(int)1"), std::string::npos);
  network_.behaviour().confidence = 0.9F;
  Push(harness, 5, GST_SECOND / 2);
  EXPECT_EQ(StateOf(element.get()), "tracked");
  EXPECT_NE(element.PopElementMessage("keypoint-reacquired").find("category=(string)thing"), std::string::npos);
}

TEST_F(KeypointTrack, NotifiesOfItsState) {
  ElementUnderTest element("keypointtrack", Working());
  int changes = 0;
  g_signal_connect(element.get(), "notify::state", G_CALLBACK(+[](GObject *, GParamSpec *, int *count) { ++*count; }),
                   &changes);
  Push(element.Play(VideoCaps("RGB", 64, 48)), 10);
  EXPECT_EQ(changes, 1);  // searching, then tracked
}

TEST_F(KeypointTrack, CountsFramesInItsStatistics) {
  ElementUnderTest element("keypointtrack", Working());
  Push(element.Play(VideoCaps("RGB", 64, 48)), 5);
  GstStructure *stats = nullptr;
  g_object_get(element.get(), "stats", &stats, nullptr);
  guint64 frames = 0;
  EXPECT_TRUE(gst_structure_get_uint64(stats, "frames", &frames));
  EXPECT_EQ(frames, 5U);
  gst_structure_free(stats);
}

TEST_F(KeypointTrack, ChangesSettingsWhilePlaying) {
  ElementUnderTest element("keypointtrack", Working());
  GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
  EXPECT_EQ(Push(harness, 4).at(0).instances.at(0).points.at(0).visibility, Visibility::kVisible);
  g_object_set(element.get(), "confidence-threshold", 0.95, nullptr);
  EXPECT_NE(Push(harness, 1, GST_SECOND / 7).at(0).instances.at(0).points.at(0).visibility, Visibility::kVisible);
}

TEST_F(KeypointTrack, AMistakeInASettingWhilePlayingIsAWarningAndTheOldOnesHold) {
  const std::pair<const char *, const char *> mistakes[] = {{"10,10", "'10,10'"},
                                                            {"9000,10,20,20", "outside the video"},
                                                            {"1,1,9,9;20,20,9,9", "2 boxes for 1 instance(s)"},
                                                            {"1,1,1e30,9", "from 1 to 100000 pixels"}};
  for (const auto &[boxes, text] : mistakes) {
    ElementUnderTest element("keypointtrack", Working());
    GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
    Push(harness, 4);
    g_object_set(element.get(), "initial-boxes", boxes, nullptr);
    Push(harness, 2, 4 * GST_SECOND / 30);
    EXPECT_EQ(StateOf(element.get()), "tracked") << boxes;
    const std::string problem = element.PopProblem();
    EXPECT_NE(problem.find(text), std::string::npos) << problem;
    EXPECT_EQ(element.PopError(), "") << boxes;

    g_object_set(element.get(), "initial-boxes", "", "confidence-threshold", 0.95, nullptr);
    EXPECT_NE(Push(harness, 1, 6 * GST_SECOND / 30).at(0).instances.at(0).points.at(0).visibility, Visibility::kVisible)
        << "settings count again";
    EXPECT_EQ(element.PopProblem(), "");
  }
}

TEST_F(KeypointTrack, SaysThatASettingComesTooLate) {
  ElementUnderTest element("keypointtrack", Working());
  g_object_set(element.get(), "instances", 1, nullptr);
  GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
  EXPECT_EQ(element.PopWarning(), "");
  Push(harness, 1);
  g_object_set(element.get(), "instances", 2, nullptr);
  EXPECT_NE(element.PopWarning().find("instances: counts from the next start"), std::string::npos);
}

TEST_F(KeypointTrack, ManyShotsGiveAWarning) {
  std::string text = "category: thing\nkeypoints: [a, b, c]\nshots:\n";
  for (int i = 0; i < 11; ++i) text += "  - {image: shot.png, points: {a: [20, 20], b: [44, 20], c: [32, 44]}}\n";
  ElementUnderTest element("keypointtrack", Working({{"support-file", folder_.Write("many.yaml", text)}}));
  Push(element.Play(VideoCaps("RGB", 64, 48)), 1);
  EXPECT_NE(element.PopWarning().find("11 shots"), std::string::npos);
}

TEST_F(KeypointTrack, CanBeStoppedAndStartedAgain) {
  ElementUnderTest element("keypointtrack", Working());
  for (int round = 0; round < 3; ++round) {
    ASSERT_EQ(gst_element_set_state(element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_SUCCESS);
    ASSERT_EQ(gst_element_set_state(element.get(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  }
}

}  // namespace
}  // namespace kpt::gst
