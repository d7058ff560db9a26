// The shipped live pipeline with a camera of 120 frames a second: frames reach the sink soon after they were taken, at
// the end as at the beginning, and the element counts those that the queue dropped.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "samples.h"

namespace kpt::cli_testing {
namespace {

constexpr guint64 kFrames = 480;  // four seconds

/// The text of a launch file without its comments, with the variables put in.
std::string LaunchLine(const std::string &file, const std::vector<std::pair<std::string, std::string>> &variables) {
  std::ifstream in(file);
  std::string text, line;
  while (std::getline(in, line)) {
    if (line.rfind('#', 0) != 0) text += line + " ";
  }
  for (const auto &[name, value] : variables) {
    const std::size_t at = text.find(name);
    EXPECT_NE(at, std::string::npos) << name;
    if (at != std::string::npos) text.replace(at, name.size(), value);
  }
  return text;
}

/// From when a frame was taken until it came to the sink, of each frame.
struct Delays {
  GstElement *pipeline = nullptr;
  std::vector<GstClockTimeDiff> ns;
};

GstPadProbeReturn Measure(GstPad *, GstPadProbeInfo *info, gpointer data) {
  auto *delays = static_cast<Delays *>(data);
  const auto now = gst_element_get_current_running_time(delays->pipeline);
  delays->ns.push_back(GST_CLOCK_DIFF(GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info)), now));
  return GST_PAD_PROBE_OK;
}

TEST(LivePipeline, BuildsUpNoLagAndCountsWhatItDrops) {
  gst_init(nullptr, nullptr);
  ASSERT_NE(gst_plugin_load_file(KPT_BINARY_DIR "/gst-plugin/libgstkeypoints.so", nullptr), nullptr);
  const std::string line = LaunchLine(
      KPT_SOURCE_DIR "/pipelines/camera-live.launch",
      {{"${SOURCE:-v4l2src}", "videotestsrc is-live=true num-buffers=" + std::to_string(kFrames) +
                                  " ! video/x-raw,width=320,height=240,framerate=120/1"},
       {"\"$SUPPORT\"", SharedFolder() / "support.yaml" + " model-file=" + SharedFolder() / "net.safetensors"},
       {"${SINK:-autovideosink sync=false}", "fakesink name=sink sync=false"}});
  Delays delays;
  delays.pipeline = gst_parse_launch(line.c_str(), nullptr);
  ASSERT_NE(delays.pipeline, nullptr) << line;
  GstElement *sink = gst_bin_get_by_name(GST_BIN(delays.pipeline), "sink");
  GstPad *pad = gst_element_get_static_pad(sink, "sink");
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, Measure, &delays, nullptr);
  gst_element_set_state(delays.pipeline, GST_STATE_PLAYING);
  GstBus *bus = gst_element_get_bus(delays.pipeline);
  GstMessage *end = gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND,
                                               static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  ASSERT_TRUE(end != nullptr && GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS);

  GstElement *track = gst_bin_get_by_name(GST_BIN(delays.pipeline), "track");
  GstStructure *stats = nullptr;
  g_object_get(track, "stats", &stats, nullptr);
  guint64 frames = 0, dropped = 0;
  EXPECT_TRUE(gst_structure_get(stats, "frames", G_TYPE_UINT64, &frames, "dropped", G_TYPE_UINT64, &dropped, nullptr));
  std::printf("%zu frames shown, %llu dropped; the longest delay was %.0f ms\n", delays.ns.size(),
              static_cast<unsigned long long>(dropped),
              static_cast<double>(*std::max_element(delays.ns.begin(), delays.ns.end())) / GST_MSECOND);
  EXPECT_GT(dropped, 0U) << "this machine tracks 120 frames a second: make the test's camera faster";
  EXPECT_EQ(frames, delays.ns.size());
  EXPECT_LE(frames + dropped, kFrames);
  EXPECT_GE(frames + dropped, kFrames - 60) << "all but those before the first and after the last that was tracked";
  // At most: one frame in each queue, and one in each element. Without the leaky queue it grows by a second a second.
  gdouble p95_ms = 0;
  gst_structure_get_double(stats, "total-p95-ms", &p95_ms);
  std::sort(delays.ns.begin(), delays.ns.end());
  EXPECT_LT(static_cast<double>(delays.ns[delays.ns.size() * 9 / 10]) / GST_MSECOND, 4 * p95_ms + 100);

  gst_element_set_state(delays.pipeline, GST_STATE_NULL);
  gst_structure_free(stats);
  gst_message_unref(end);
  for (gpointer object : {gpointer(pad), gpointer(sink), gpointer(track), gpointer(bus), gpointer(delays.pipeline)}) {
    gst_object_unref(object);
  }
}

}  // namespace
}  // namespace kpt::cli_testing
