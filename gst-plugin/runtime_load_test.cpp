// Everything that may change while playing, of the tracker and of the overlay behind it, changed from several threads
// at once, for KPT_LOAD_SECONDS (3 without it): no frame is lost and no error comes. The tsan preset runs it under the
// thread sanitizer. With a fake network.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "keypoint_meta.h"
#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's

gint64 LoadSeconds() {
  const char *text = g_getenv("KPT_LOAD_SECONDS");
  return text != nullptr ? std::atoi(text) : 3;
}

/// What a property of text may hold.
const std::map<std::string, std::vector<std::string>> kTexts = {
    {"initial-boxes", {"", "10,10,30,30", "5,5,20,30,45"}}, {"object-class", {"", "person"}}, {"category", {""}}};

/// Sets a property to a random value of its range.
void SetAtRandom(GstElement *element, const GParamSpec *spec, std::mt19937 *random) {
  const auto between = [random](double low, double high) {
    return low + (high - low) * static_cast<double>((*random)() % 1000) / 1000;
  };
  std::string value;
  if (G_IS_PARAM_SPEC_INT(spec)) {
    value = std::to_string(G_PARAM_SPEC_INT(spec)->minimum + static_cast<int>((*random)() % 5));
  } else if (G_IS_PARAM_SPEC_FLOAT(spec)) {
    value =
        std::to_string(between(G_PARAM_SPEC_FLOAT(spec)->minimum, std::min(G_PARAM_SPEC_FLOAT(spec)->maximum, 10.0F)));
  } else if (G_IS_PARAM_SPEC_UINT64(spec)) {
    value = std::to_string((*random)() % GST_SECOND);
  } else if (G_IS_PARAM_SPEC_BOOLEAN(spec)) {
    value = (*random)() % 2 == 0 ? "false" : "true";
  } else if (G_IS_PARAM_SPEC_ENUM(spec)) {
    const GEnumClass *values = G_PARAM_SPEC_ENUM(spec)->enum_class;
    value = values->values[(*random)() % values->n_values].value_nick;
  } else {
    const auto texts = kTexts.find(spec->name);
    ASSERT_NE(texts, kTexts.end()) << spec->name << ": say what this property may hold";
    value = texts->second[(*random)() % texts->second.size()];
  }
  gst_util_set_object_arg(G_OBJECT(element), spec->name, value.c_str());
}

class RuntimeLoad : public ::testing::Test {
 public:  // the test's threads are given its member functions
  void SetUp() override {
    const std::string line =
        "videotestsrc pattern=ball ! video/x-raw,format=RGB,width=64,height=48 "
        "! keypointtrack name=track model-file=fake.safetensors ! keypointoverlay name=overlay "
        "! fakesink name=sink sync=false";
    pipeline_ = gst_parse_launch(line.c_str(), nullptr);
    track_ = gst_bin_get_by_name(GST_BIN(pipeline_), "track");
    overlay_ = gst_bin_get_by_name(GST_BIN(pipeline_), "overlay");
    g_object_set(track_, "support-file", supports_[0].c_str(), nullptr);
    CountAt(track_, "sink", &came_);
    CountAt(overlay_, "src", &left_);
  }

  void TearDown() override {
    gst_object_unref(overlay_);
    gst_object_unref(track_);
    gst_object_unref(pipeline_);
  }

  void CountAt(GstElement *element, const char *pad_name, std::atomic<guint64> *counter) {
    GstPad *pad = gst_element_get_static_pad(element, pad_name);
    const auto count = +[](GstPad *, GstPadProbeInfo *, gpointer data) {
      ++*static_cast<std::atomic<guint64> *>(data);
      return GST_PAD_PROBE_OK;
    };
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, count, counter, nullptr);
    gst_object_unref(pad);
  }

  // What the threads do over and over.
  void SetProperties(std::mt19937 *random) {
    for (GstElement *element : {track_, overlay_}) {
      guint count = 0;
      GParamSpec **specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &count);
      for (guint i = 0; i < count; ++i) {
        const bool ours = specs[i]->owner_type == G_OBJECT_TYPE(element);
        if (ours && (specs[i]->flags & GST_PARAM_MUTABLE_PLAYING) != 0) SetAtRandom(element, specs[i], random);
      }
      g_free(specs);
    }
  }

  void ReadProperties(std::mt19937 *) {
    GstStructure *stats = nullptr;
    gchar *support_file = nullptr;
    gint state = 0, interval = 0;
    g_object_get(track_, "stats", &stats, "state", &state, "support-file", &support_file, "inference-interval",
                 &interval, nullptr);
    gst_structure_free(stats);
    g_free(support_file);
  }

  void Signal(std::mt19937 *random) {
    const auto choice = (*random)() % 8;
    if (choice == 0) {
      g_signal_emit_by_name(track_, "reset");
    } else if (choice < 3) {
      g_signal_emit_by_name(track_, "set-support", supports_[(*random)() % supports_.size()].c_str());
    } else {
      const std::string points = choice == 3 ? "points, nose=<1,2>" : "points, a=<10,5>, b=<28,5>, c=<19,23>";
      GstStructure *structure = gst_structure_from_string(points.c_str(), nullptr);
      g_signal_emit_by_name(track_, "reinit", 1, structure);
      gst_structure_free(structure);
    }
  }

  void SendQos(std::mt19937 *random) {
    const GstClockTimeDiff late = static_cast<GstClockTimeDiff>((*random)() % 3) - 1;
    gst_element_send_event(track_, gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 1, late, GST_SECOND));
  }

  /// In the thread that posts: a message that went to another thread, over the bus's own lock-free queue, would look
  /// like a race to the thread sanitizer.
  static GstBusSyncReply Count(GstBus *, GstMessage *message, gpointer self) {
    auto *test = static_cast<RuntimeLoad *>(self);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) ++test->errors_;
    if (gst_message_has_name(message, "keypoint-support-loaded")) ++test->loaded_;
    gst_message_unref(message);
    return GST_BUS_DROP;
  }

  TemporaryFolder folder_;
  const std::vector<std::string> supports_ = {WriteSupport(folder_, "one"), WriteSupport(folder_, "two"),
                                              folder_.Path("missing.yaml")};
  FakeNetwork network_;
  GstElement *pipeline_ = nullptr;
  GstElement *track_ = nullptr, *overlay_ = nullptr;
  std::atomic<guint64> came_ = 0, left_ = 0;
  std::atomic<int> loaded_ = 0, errors_ = 0;
};

TEST_F(RuntimeLoad, LosesNoFrameWhateverIsChanged) {
  GstBus *bus = gst_element_get_bus(pipeline_);
  gst_bus_set_sync_handler(bus, Count, this, nullptr);
  gst_object_unref(bus);
  gst_element_set_state(pipeline_, GST_STATE_PLAYING);
  ASSERT_EQ(gst_element_get_state(pipeline_, nullptr, nullptr, GST_CLOCK_TIME_NONE), GST_STATE_CHANGE_SUCCESS);
  const gint64 end = g_get_monotonic_time() + LoadSeconds() * G_TIME_SPAN_SECOND;
  using Work = void (RuntimeLoad::*)(std::mt19937 *);
  std::vector<std::thread> threads;
  for (const Work work :
       {&RuntimeLoad::SetProperties, &RuntimeLoad::ReadProperties, &RuntimeLoad::Signal, &RuntimeLoad::SendQos}) {
    threads.emplace_back([this, work, end, seed = threads.size()] {
      std::mt19937 random(static_cast<unsigned>(seed));
      while (g_get_monotonic_time() < end) {
        (this->*work)(&random);
        std::this_thread::yield();
      }
    });
  }
  for (std::thread &thread : threads) thread.join();
  gst_element_set_state(pipeline_, GST_STATE_NULL);
  std::printf("%llu frames, %d times other shots\n", static_cast<unsigned long long>(came_), loaded_.load());
  EXPECT_GT(came_, 20U);
  EXPECT_GE(loaded_, 2);
  EXPECT_EQ(errors_, 0);
  EXPECT_LE(came_ - left_, 1U) << "one may be on its way when the pipeline stops";
}

}  // namespace
}  // namespace kpt::gst
