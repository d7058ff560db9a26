// Runs every file of pipelines/ through pipelines/run, with made-up clips, and looks at what came out. The camera is a
// live test source, the window a sink that shows nothing.
#include <gmock/gmock.h>
#include <gst/gst.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include "samples.h"
#ifdef KPT_WITH_MQTT
#include "testing/mqtt_broker.h"
#endif

namespace kpt::cli_testing {
namespace {

using ::testing::HasSubstr;

constexpr int kClipFrames = 12;

struct PipelineRun {
  int exit_code = -1;
  std::string output;  ///< stdout and stderr
};

/// `pipelines/run` with these words, each in quotes; ended after a minute.
PipelineRun RunPipeline(const std::vector<std::string> &words) {
  std::string command = "timeout 60 " KPT_SOURCE_DIR "/pipelines/run";
  for (const std::string &word : words) command += " '" + word + "'";
  PipelineRun run;
  FILE *pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return run;
  std::array<char, 4096> chunk;
  while (const std::size_t count = std::fread(chunk.data(), 1, chunk.size(), pipe))
    run.output.append(chunk.data(), count);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) run.exit_code = WEXITSTATUS(status);
  return run;
}

std::string Clip() { return "INPUT=" + SharedFolder() / "clip.mp4"; }
std::string Support() { return "SUPPORT=" + SharedFolder() / "support.yaml"; }

TEST(Pipelines, FileToOverlayWritesAVideoWithThePointsDrawn) {
  const Folder folder;
  const std::string overlay = folder / "over lay.mp4";
  const PipelineRun run = RunPipeline({"file-to-overlay", Clip(), Support(), "OUTPUT=" + overlay});
  ASSERT_EQ(run.exit_code, 0) << run.output;

  cv::VideoCapture drawn(overlay), plain(SharedFolder() / "clip.mp4");
  cv::Mat drawn_frame, plain_frame, difference;
  int frames = 0, frames_with_points = 0;
  while (drawn.read(drawn_frame) && plain.read(plain_frame)) {
    ++frames;
    cv::absdiff(drawn_frame, plain_frame, difference);
    double largest = 0;
    cv::minMaxLoc(difference.reshape(1), nullptr, &largest);
    frames_with_points += largest > 60;
  }
  EXPECT_EQ(frames, kClipFrames);
  EXPECT_GT(frames_with_points, 0);
}

TEST(Pipelines, FileToJsonLinesWritesALineAFrame) {
  const Folder folder;
  const std::string points = folder / "points.jsonl";
  const PipelineRun run = RunPipeline({"file-to-json-lines", Clip(), Support(), "OUTPUT=" + points});
  ASSERT_EQ(run.exit_code, 0) << run.output;

  const std::vector<json> lines = ReadJsonLines(points);
  ASSERT_EQ(lines.size(), 1 + kClipFrames);
  EXPECT_EQ(lines[0]["type"], "header");
  EXPECT_EQ(lines[0]["keypoints"], json({"a", "b", "c"}));
  for (int frame = 0; frame < kClipFrames; ++frame) {
    EXPECT_EQ(lines[1 + frame]["frame"], frame);
    if (frame > 0) {
      EXPECT_GT(lines[1 + frame]["pts"], lines[frame]["pts"]);
    }
  }
}

/// The time stamps, in seconds, of the buffers that a talkative fakesink took.
std::vector<double> ShownTimes(const std::string &output) {
  std::vector<double> times;
  for (std::size_t at = output.find("chain "); at != std::string::npos; at = output.find("chain ", at + 1)) {
    int hours = 0, minutes = 0;
    double seconds = 0;
    const std::size_t pts = output.find("pts: ", at);
    if (std::sscanf(output.c_str() + pts, "pts: %d:%d:%lf", &hours, &minutes, &seconds) == 3) times.push_back(seconds);
  }
  return times;
}

TEST(Pipelines, CameraLiveDropsFramesInsteadOfQueueingThem) {
  constexpr int kFrames = 360;  // three seconds at 120 a second: more than a few cores can track
  const PipelineRun run = RunPipeline({"camera-live", Support(),
                                       "SOURCE=videotestsrc is-live=true num-buffers=" + std::to_string(kFrames) +
                                           " ! video/x-raw,width=640,height=480,framerate=120/1",
                                       "SINK=fakesink sync=false silent=false -v"});
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("Got EOS"));
  const std::vector<double> times = ShownTimes(run.output);
  ASSERT_GE(times.size(), 2U) << run.output;
  EXPECT_LT(times.size(), kFrames);
  EXPECT_GT(times.back(), 2.9) << "the newest frame is kept, older ones are dropped";
}

#ifdef KPT_WITH_MQTT
TEST(Pipelines, CameraToMqttPublishesAMessageAFrame) {
  if (!gst::testing::MqttBroker::IsInstalled()) GTEST_SKIP() << "mosquitto is not installed";
  gst::testing::MqttBroker broker;
  broker.Start();
  const gst::testing::MqttListener listener(broker, "lab/camera/#", "listener");
  const PipelineRun run = RunPipeline({"camera-to-mqtt", Support(), "BROKER=" + broker.Url("lab/camera"),
                                       "SOURCE=videotestsrc is-live=true num-buffers=10 ! "
                                       "video/x-raw,width=96,height=80,framerate=10/1"});
  ASSERT_EQ(run.exit_code, 0) << run.output;
  const std::vector<std::string> header = listener.WaitFor("lab/camera/header", 1);
  ASSERT_EQ(header.size(), 1U);
  EXPECT_EQ(json::parse(header[0])["keypoints"], json({"a", "b", "c"}));
  const std::vector<std::string> frames = listener.WaitFor("lab/camera", 1);
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(json::parse(frames[0])["frame"], 0);
}
#endif

TEST(Pipelines, TestSourceRunsWithoutAnyFile) {
  const PipelineRun run = RunPipeline({"test-source", "FRAMES=20", "SINK=fakesink"});
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

TEST(Pipelines, WrongUseSaysWhatToDo) {
  PipelineRun run = RunPipeline({"file-to-overlay", Clip(), Support()});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, HasSubstr("OUTPUT is not set"));
  run = RunPipeline({"no-such"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, HasSubstr("file-to-json-lines"));
  run = RunPipeline({"test-source", "SUPORT=x.yaml"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, HasSubstr("test-source.launch has no variable SUPORT. It has: FRAMES SINK SUPPORT."));
  for (const char *frames : {"FRAMES=-3", "FRAMES=0", "FRAMES=many", "FRAMES=9999999999"}) {
    run = RunPipeline({"test-source", frames, "SINK=fakesink"});
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.output, HasSubstr("is not a number from 1 to"));
  }
}

/// The first error of file-to-json-lines on this input; empty where it comes to its end without one. In this process:
/// gst-launch-1.0 may wait for ever where a source fails while another element still loads. (decodebin may too, where
/// an MP4 is cut before its index; the command line's tests have that case.)
std::string FirstError(const std::string &input, const std::string &output) {
  const std::string line = "filesrc location=" + input + " ! decodebin ! videoconvert ! keypointtrack support-file=" +
                           SharedFolder() / "support.yaml" + " model-file=" + SharedFolder() / "net.safetensors" +
                           " ! keypointexport file-path=" + output + " ! fakesink sync=false";
  GstElement *pipeline = gst_parse_launch(line.c_str(), nullptr);
  GstBus *bus = gst_element_get_bus(pipeline);
  // A decodebin may keep its parts' error for itself and fail to start; nothing would come over the bus then.
  const bool starts = gst_element_set_state(pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
  const auto kinds = static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  GstMessage *message = gst_bus_timed_pop_filtered(bus, starts ? 60 * GST_SECOND : 0, kinds);
  std::string text = message != nullptr ? "" : starts ? "hung" : "does not start";
  if (message != nullptr && GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError *error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    text = error->message;
    g_error_free(error);
  }
  if (message != nullptr) gst_message_unref(message);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(bus);
  gst_object_unref(pipeline);
  return text;
}

TEST(Pipelines, BadVideosEndWithAnErrorOfTheirReader) {
  gst_init(nullptr, nullptr);
  GstPlugin *plugin = gst_plugin_load_file(KPT_BINARY_DIR "/gst-plugin/libgstkeypoints.so", nullptr);
  ASSERT_NE(plugin, nullptr);
  const Folder folder;
  EXPECT_EQ(FirstError(SharedFolder() / "clip.mp4", folder / "out.jsonl"), "");
  EXPECT_THAT(FirstError(folder / "missing.mp4", folder / "out.jsonl"), HasSubstr("not found"));
  EXPECT_THAT(FirstError(folder.Write("empty.mp4", ""), folder / "out.jsonl"), HasSubstr("no data"));
  EXPECT_THAT(FirstError(folder.Write("text.mp4", "This is no video."), folder / "out.jsonl"), HasSubstr("type"));
  gst_object_unref(plugin);
}

}  // namespace
}  // namespace kpt::cli_testing
