// What applications may ask of keypointtrack while it plays: other shots, points of their own. With a fake network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "keypoint_meta.h"
#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's
using ::testing::HasSubstr;

constexpr GstClockTime kFrame = GST_SECOND / 30;

class RuntimeControl : public ::testing::Test {
 protected:
  void SetUp() override {
    harness_ = element_.Play(VideoCaps("RGB", 64, 48));
    Push(5);
    ASSERT_NE(element_.PopElementMessage("keypoint-support-loaded"), "");
  }

  /// Pushes `count` frames, each of which must come out; returns the last one's track.
  Track Push(int count = 1) {
    Track track;
    for (int i = 0; i < count; ++i) {
      FrameOptions options;
      options.pts = kFrame * frames_++;
      GstBuffer *out = gst_harness_push_and_pull(harness_, MakeFrame("RGB", 64, 48, options));
      if (out == nullptr) {
        ADD_FAILURE() << "no frame came out: " << element_.PopError();
        return {};
      }
      const auto tracks = ReadTracks(out);
      EXPECT_EQ(tracks.size(), 1U);
      if (!tracks.empty()) track = tracks[0];
      gst_buffer_unref(out);
    }
    return track;
  }

  /// Pushes frames, as a stream does, until `said` says something.
  template <typename Fn>
  std::string PushUntil(Fn said) {
    const gint64 end = g_get_monotonic_time() + 60 * G_TIME_SPAN_SECOND;
    std::string text = said();
    while (text.empty() && g_get_monotonic_time() < end) {
      Push();
      text = said();
    }
    return text;
  }
  std::string PushUntilLoaded() {
    return PushUntil([this] { return element_.PopElementMessage("keypoint-support-loaded"); });
  }
  std::string PushUntilWarned() {
    return PushUntil([this] { return element_.PopWarning(); });
  }

  void SetSupport(const std::string &file) { g_signal_emit_by_name(element_.get(), "set-support", file.c_str()); }

  /// `fields` as in a GstStructure's text.
  void Reinit(guint id, const std::string &fields) {
    GstStructure *points = gst_structure_from_string(("points, " + fields).c_str(), nullptr);
    ASSERT_NE(points, nullptr) << fields;
    g_signal_emit_by_name(element_.get(), "reinit", id, points);
    gst_structure_free(points);
  }

  std::string SupportFile() const {
    gchar *text = nullptr;
    g_object_get(element_.get(), "support-file", &text, nullptr);
    const std::string out = text != nullptr ? text : "";
    g_free(text);
    return out;
  }

  TemporaryFolder folder_;
  const std::string support_ = WriteSupport(folder_);
  FakeNetwork network_;
  // Flow carries the points: the fake network's answers, which are always the same, would shift them.
  ElementUnderTest element_{
      "keypointtrack",
      {{"support-file", support_}, {"model-file", "fake.safetensors"}, {"inference-interval", "1000"}}};
  GstHarness *harness_ = nullptr;
  guint64 frames_ = 0;
};

TEST_F(RuntimeControl, OtherShotsOfTheSameKeypointsGoOnWithTheTrack) {
  const std::string other = WriteSupport(folder_, "other");
  const Track before = Push();
  SetSupport(other);
  const std::string message = PushUntilLoaded();
  EXPECT_THAT(message, HasSubstr("category=(string)other"));
  EXPECT_EQ(SupportFile(), other);
  const Track after = Push();
  EXPECT_EQ(after.header.category, "other");
  ASSERT_EQ(after.instances.size(), 1U);
  EXPECT_EQ(after.instances[0].state, TrackState::kTracked);
  EXPECT_NEAR(after.instances[0].points[0].xy_in_frame.x, before.instances[0].points[0].xy_in_frame.x, 1);
  EXPECT_EQ(element_.PopError(), "");
}

TEST_F(RuntimeControl, ShotsOfOtherKeypointsBeginATrack) {
  SetSupport(folder_.Write("pair.yaml",
                           "category: pair\nkeypoints: [left, right, top]\nshots:\n"
                           "  - {image: shot.png, points: {left: [20, 20], right: [44, 20], top: [32, 44]}}\n"));
  ASSERT_THAT(PushUntilLoaded(), HasSubstr("category=(string)pair"));
  const Track after = Push(3);
  EXPECT_EQ(after.header.names, (std::vector<std::string>{"left", "right", "top"}));
  EXPECT_EQ(after.header.width, 64);
  ASSERT_EQ(after.instances.size(), 1U);
  EXPECT_EQ(after.instances[0].state, TrackState::kTracked);
}

TEST_F(RuntimeControl, ShotsThatCannotBeLoadedGiveAWarningAndChangeNothing) {
  SetSupport(folder_.Path("missing.yaml"));
  EXPECT_THAT(PushUntilWarned(), HasSubstr("missing.yaml"));
  SetSupport(folder_.Write("broken.yaml", "category: [\n"));
  EXPECT_THAT(PushUntilWarned(), HasSubstr("broken.yaml"));
  SetSupport("");
  EXPECT_THAT(PushUntilWarned(), HasSubstr("support-file is not set"));
  const Track after = Push();
  EXPECT_EQ(after.header.category, "thing");
  EXPECT_EQ(after.instances.at(0).state, TrackState::kTracked);
  EXPECT_EQ(SupportFile(), support_);
  EXPECT_EQ(element_.PopError(), "");
}

TEST_F(RuntimeControl, ASettingThatIsChangedMeanwhileHoldsForTheNewShots) {
  SetSupport(WriteSupport(folder_, "other"));
  g_object_set(element_.get(), "inference-interval", 1, nullptr);
  ASSERT_NE(PushUntilLoaded(), "");
  const int before = network_.behaviour().estimates;
  Push(10);
  EXPECT_GE(network_.behaviour().estimates, before + 10);
}

TEST_F(RuntimeControl, OfSeveralExchangesInARowTheLastOneCounts) {
  const std::string last = WriteSupport(folder_, "last");
  for (int i = 0; i < 20; ++i) SetSupport(WriteSupport(folder_, "thing" + std::to_string(i)));
  SetSupport(last);
  std::string message = PushUntilLoaded();
  while (!message.empty() && message.find("category=(string)last") == std::string::npos) message = PushUntilLoaded();
  EXPECT_EQ(SupportFile(), last);
  EXPECT_EQ(Push().header.category, "last");
}

TEST_F(RuntimeControl, StoppingWhileShotsLoadIsSafe) {
  for (int i = 0; i < 10; ++i) {
    SetSupport(WriteSupport(folder_, "other"));
    gst_element_set_state(element_.get(), GST_STATE_READY);
    gst_element_set_state(element_.get(), GST_STATE_PLAYING);
  }
  EXPECT_EQ(element_.PopError(), "");
}

TEST_F(RuntimeControl, WhileStoppedSetSupportSetsTheProperty) {
  gst_element_set_state(element_.get(), GST_STATE_READY);
  SetSupport("/nowhere/at-all.yaml");
  EXPECT_EQ(SupportFile(), "/nowhere/at-all.yaml");
  EXPECT_EQ(element_.PopWarning(), "");
}

TEST_F(RuntimeControl, ReinitPutsTheInstanceWhereItIsTold) {
  // The shot's triangle at three quarters of its size: (20, 20), (44, 20), (32, 44).
  for (const char *fields : {"a=<10.0,5.0>, b=<28.0,5.0>, c=<19.0,23.0>", "a=<10,5>, b=<28,5>, c=<19,23>",
                             "a=(string)\"10,5\", b=(string)\"28.0,5\", c=(string)\"19,2.3e1\"",
                             "a={10,5}, b={28,5}, c={19,23}", "a=<10,5>, b=<28,5>"}) {
    SCOPED_TRACE(fields);
    Reinit(1, "a=<30,20>, b=<48,20>, c=<39,38>");
    EXPECT_NEAR(Push().instances.at(0).points.at(0).raw_in_frame.x, 30, 1);
    Reinit(1, fields);
    const Track track = Push();
    ASSERT_EQ(track.instances.size(), 1U);
    EXPECT_EQ(track.instances[0].state, TrackState::kTracked);
    EXPECT_NEAR(track.instances[0].points[0].raw_in_frame.x, 10, 1);
    EXPECT_NEAR(track.instances[0].points[0].raw_in_frame.y, 5, 1);
    EXPECT_NEAR(track.instances[0].points[2].raw_in_frame.y, 23, 1);
  }
  EXPECT_EQ(element_.PopWarning(), "");
}

TEST_F(RuntimeControl, AWrongReinitGivesAWarningAndChangesNothing) {
  const struct {
    guint id;
    const char *fields;
    const char *text;
  } cases[] = {
      {1, "nose=<1,2>", "there is no keypoint 'nose'; there are a, b, c."},
      {1, "a=<1,2,3>", "'a' is no point"},
      {1, "a=(string)\"1;2\"", "'a' is no point"},
      {1, "a=(string)nan", "'a' is no point"},
      {1, "a=<\"x\",\"y\">", "'a' is no point"},
      {1, "a=<10,5>", "too few visible points"},
      {2, "a=<10,5>, b=<28,5>", "there is no instance 2"},
      {4000000000U, "a=<10,5>, b=<28,5>", "there is no instance"},
  };
  const float before = Push().instances.at(0).points.at(0).raw_in_frame.x;
  for (const auto &one : cases) {
    SCOPED_TRACE(one.fields);
    Reinit(one.id, one.fields);
    EXPECT_NEAR(Push().instances.at(0).points.at(0).raw_in_frame.x, before, 1);
    EXPECT_THAT(element_.PopWarning(), HasSubstr(one.text));
  }
  EXPECT_EQ(element_.PopError(), "");
}

TEST_F(RuntimeControl, AResetForgetsAReinitBeforeItNotOneAfterIt) {
  Reinit(1, "a=<10,5>, b=<28,5>, c=<19,23>");
  g_signal_emit_by_name(element_.get(), "reset");
  EXPECT_EQ(Push().instances.at(0).state, TrackState::kSearching);
  g_signal_emit_by_name(element_.get(), "reset");
  Reinit(1, "a=<10,5>, b=<28,5>, c=<19,23>");
  EXPECT_EQ(Push().instances.at(0).state, TrackState::kTracked);
}

}  // namespace
}  // namespace kpt::gst
