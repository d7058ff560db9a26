// keypointtrack in a live pipeline: what it makes of QoS events and of frames that a queue dropped. With a fake
// network.
#include <gtest/gtest.h>

#include "lateness.h"
#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's

constexpr GstClockTime kFrame = GST_SECOND / 30;

TEST(Lateness, NeedsTwoLateFramesInARowAndThirtyThatAreNot) {
  Lateness lateness;
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(lateness.Add(5 * GST_MSECOND));
    EXPECT_FALSE(lateness.Add(-5 * GST_MSECOND));
  }
  EXPECT_FALSE(lateness.Add(1));
  EXPECT_TRUE(lateness.Add(1));
  EXPECT_TRUE(lateness.late());
  for (int i = 0; i < Lateness::kOnTimeInARow - 1; ++i) EXPECT_FALSE(lateness.Add(-1));
  EXPECT_FALSE(lateness.Add(1)) << "one late frame, and it counts anew";
  for (int i = 0; i < Lateness::kOnTimeInARow - 1; ++i) EXPECT_FALSE(lateness.Add(0));
  EXPECT_TRUE(lateness.Add(0));
  EXPECT_FALSE(lateness.late());
}

class Live : public ::testing::Test {
 protected:
  void Play(const Properties &more = {}) {
    for (const auto &[name, value] : more)
      gst_util_set_object_arg(G_OBJECT(element_.get()), name.c_str(), value.c_str());
    harness_ = element_.Play(VideoCaps("RGB", 64, 48));
    Push(5);
  }

  /// Pushes frames, each of which must come out.
  void Push(int count) {
    for (int i = 0; i < count; ++i) {
      FrameOptions options;
      options.pts = kFrame * frame_++;
      GstBuffer *frame = MakeFrame("RGB", 64, 48, options);
      if (after_drop_) GST_BUFFER_FLAG_SET(frame, GST_BUFFER_FLAG_DISCONT);
      after_drop_ = false;
      GstBuffer *out = gst_harness_push_and_pull(harness_, frame);
      ASSERT_NE(out, nullptr) << element_.PopError();
      gst_buffer_unref(out);
    }
  }

  /// As a leaky queue does it.
  void Drop(int count) {
    frame_ += static_cast<guint64>(count);
    after_drop_ = true;
  }

  void SendQos(int count, GstClockTimeDiff late) {
    for (int i = 0; i < count; ++i) {
      const GstQOSType type = late > 0 ? GST_QOS_TYPE_UNDERFLOW : GST_QOS_TYPE_OVERFLOW;
      ASSERT_TRUE(gst_harness_push_upstream_event(harness_, gst_event_new_qos(type, 1, late, kFrame * frame_)));
    }
  }

  /// How often the network ran in so many frames.
  int InferencesIn(int frames) {
    const int before = network_.behaviour().estimates;
    Push(frames);
    return network_.behaviour().estimates - before;
  }

  guint64 Count(const char *field) const {
    GstStructure *stats = nullptr;
    g_object_get(element_.get(), "stats", &stats, nullptr);
    guint64 count = 0;
    EXPECT_TRUE(gst_structure_get_uint64(stats, field, &count)) << field;
    gst_structure_free(stats);
    return count;
  }

  TemporaryFolder folder_;
  FakeNetwork network_;
  ElementUnderTest element_{"keypointtrack",
                            {{"support-file", WriteSupport(folder_)}, {"model-file", "fake.safetensors"}}};
  GstHarness *harness_ = nullptr;
  guint64 frame_ = 0;
  bool after_drop_ = false;
};

TEST_F(Live, AdaptiveSparesTheNetworkWhileFramesComeTooLate) {
  Play({{"adaptive", "true"}});
  SendQos(1, 20 * GST_MSECOND);
  EXPECT_EQ(InferencesIn(5), 5) << "one late frame is none";
  SendQos(2, 20 * GST_MSECOND);
  EXPECT_EQ(InferencesIn(30), 2) << "every fifteenth, so that points do not drift away";
  EXPECT_EQ(Count("spared"), 28U);
  SendQos(Lateness::kOnTimeInARow, -5 * GST_MSECOND);
  EXPECT_EQ(InferencesIn(5), 5);
  EXPECT_EQ(Count("spared"), 28U);
}

TEST_F(Live, AdaptiveIsOffByDefaultAndMayBeSwitchedWhilePlaying) {
  Play();
  SendQos(10, 20 * GST_MSECOND);
  EXPECT_EQ(InferencesIn(5), 5);
  g_object_set(element_.get(), "adaptive", TRUE, nullptr);
  EXPECT_EQ(InferencesIn(14), 0);
  g_object_set(element_.get(), "adaptive", FALSE, nullptr);
  EXPECT_EQ(InferencesIn(5), 5);
}

TEST_F(Live, QosEventsGoOnUpstreamAndNoFrameIsDroppedForThem) {
  Play({{"adaptive", "true"}});
  SendQos(3, GST_SECOND);
  GstEvent *event = nullptr;
  int passed = 0;
  while ((event = gst_harness_try_pull_upstream_event(harness_)) != nullptr) {
    passed += GST_EVENT_TYPE(event) == GST_EVENT_QOS;
    gst_event_unref(event);
  }
  EXPECT_EQ(passed, 3);
  Push(10);  // which checks that each comes out
}

TEST_F(Live, CountsTheFramesThatALeakyQueueDropped) {
  Play();
  Drop(3);
  Push(2);
  Drop(1);
  Push(1);
  frame_ += 4;  // a pause of the source: nothing says that frames were dropped
  Push(1);
  EXPECT_EQ(Count("dropped"), 4U);
  EXPECT_EQ(Count("frames"), 9U);
}

}  // namespace
}  // namespace kpt::gst
