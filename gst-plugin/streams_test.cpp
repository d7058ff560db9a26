// Several trackers in one process: two in a row, and many side by side; which of them share a network. With a fake one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "keypoint_meta.h"
#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's
using ::testing::HasSubstr;

class Streams : public ::testing::Test {
 protected:
  std::unique_ptr<ElementUnderTest> Tracker(const std::string &id, const std::string &model_file = "fake.safetensors",
                                            const std::string &device = "auto") const {
    return std::make_unique<ElementUnderTest>(
        "keypointtrack",
        Properties{
            {"support-file", support_}, {"model-file", model_file}, {"device", device}, {"model-instance-id", id}});
  }
  std::unique_ptr<ElementUnderTest> Started(const std::string &id, const std::string &device = "auto") const {
    auto element = Tracker(id, "fake.safetensors", device);
    EXPECT_EQ(gst_element_set_state(element->get(), GST_STATE_PAUSED), GST_STATE_CHANGE_SUCCESS);
    return element;
  }
  int loads() { return network_.behaviour().loads; }

  TemporaryFolder folder_;
  const std::string support_ = WriteSupport(folder_);
  FakeNetwork network_;
};

TEST_F(Streams, ElementsOfOneIdShareANetwork) {
  const auto first = Started("a"), second = Started("a");
  EXPECT_EQ(loads(), 1);
  const auto other = Started("b");
  EXPECT_EQ(loads(), 2);
  const auto elsewhere = Started("a", "cpu");
  EXPECT_EQ(loads(), 3) << "another device needs a copy there";
}

TEST_F(Streams, ElementsWithoutAnIdShareNothing) {
  const auto first = Started(""), second = Started("");
  EXPECT_EQ(loads(), 2);
}

TEST_F(Streams, ANetworkLivesAsLongAsSomebodyUsesIt) {
  auto first = Started("a"), second = Started("a");
  first.reset();
  const auto third = Started("a");
  EXPECT_EQ(loads(), 1);
  gst_element_set_state(third->get(), GST_STATE_READY);
  second.reset();
  const auto fourth = Started("a");
  EXPECT_EQ(loads(), 2) << "nobody had it any more";
}

TEST_F(Streams, OneIdStandsForOneWeightsFile) {
  const auto first = Started("a");
  const auto second = Tracker("a", "other.safetensors");
  EXPECT_EQ(gst_element_set_state(second->get(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  const std::string error = second->PopError();
  EXPECT_EQ(error.find("gst-resource-error-quark/" + std::to_string(GST_RESOURCE_ERROR_SETTINGS)), 0U) << error;
  EXPECT_THAT(error, HasSubstr("model-instance-id: 'a' stands for the weights"));
  EXPECT_THAT(error, HasSubstr("other.safetensors"));
  EXPECT_NE(gst_element_set_state(Tracker("a", "./fake.safetensors")->get(), GST_STATE_PAUSED),
            GST_STATE_CHANGE_FAILURE)
      << "the same file, spelt otherwise";
}

/// Counts, by category, the frames that came to an element with a track of it. One stream, one counter.
using FramesByCategory = std::map<std::string, int>;

GstPadProbeReturn CountFrame(GstPad *, GstPadProbeInfo *info, gpointer counts) {
  for (const Track &track : ReadTracks(GST_PAD_PROBE_INFO_BUFFER(info))) {
    ++(*static_cast<FramesByCategory *>(counts))[track.header.category];
  }
  return GST_PAD_PROBE_OK;
}

/// Runs the pipeline to its end and returns what came to each of its sinks, sink0, sink1 ...
std::vector<FramesByCategory> RunToEnd(const std::string &line, int sinks) {
  std::vector<FramesByCategory> counts(static_cast<std::size_t>(sinks));
  GstElement *pipeline = gst_parse_launch(line.c_str(), nullptr);
  for (int i = 0; i < sinks; ++i) {
    GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), ("sink" + std::to_string(i)).c_str());
    GstPad *pad = gst_element_get_static_pad(sink, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, CountFrame, &counts[static_cast<std::size_t>(i)], nullptr);
    gst_object_unref(pad);
    gst_object_unref(sink);
  }
  GstBus *bus = gst_element_get_bus(pipeline);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  const auto ends = static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  GstMessage *message = gst_bus_timed_pop_filtered(bus, 120 * GST_SECOND, ends);
  EXPECT_TRUE(message != nullptr && GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS);
  if (message != nullptr) gst_message_unref(message);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(bus);
  gst_object_unref(pipeline);
  return counts;
}

constexpr const char *kSource = "videotestsrc pattern=ball num-buffers=20 ! video/x-raw,format=RGB,width=64,height=48 ";

TEST_F(Streams, TwoTrackersInARowEachDescribeEveryFrame) {
  const std::string tracker = "! keypointtrack model-file=fake.safetensors model-instance-id=a support-file=";
  const auto counts = RunToEnd(
      kSource + (tracker + support_ + " ") + (tracker + WriteSupport(folder_, "other")) + " ! fakesink name=sink0", 1);
  EXPECT_EQ(counts[0], (FramesByCategory{{"other", 20}, {"thing", 20}}));
  EXPECT_EQ(loads(), 1);
}

TEST_F(Streams, SixteenStreamsShareANetwork) {
  std::string line;
  for (int i = 0; i < 16; ++i) {
    line += kSource + ("! keypointtrack model-file=fake.safetensors model-instance-id=a support-file=" + support_) +
            " ! fakesink name=sink" + std::to_string(i) + " ";
  }
  const auto counts = RunToEnd(line, 16);
  for (const FramesByCategory &one : counts) EXPECT_EQ(one, (FramesByCategory{{"thing", 20}}));
  EXPECT_EQ(loads(), 1);
}

}  // namespace
}  // namespace kpt::gst
