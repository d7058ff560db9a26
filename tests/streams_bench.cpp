// Plays several streams in one process, each with a tracker of its own, and prints a row of a table: the memory after
// loading and the time. scripts/measure-streams calls it once a row, because memory that was used once stays.
//   streams_bench PLUGIN SUPPORT STREAMS FRAMES own|shared
#include <gst/gst.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// Resident memory of this process in MB.
double ResidentMb() {
  long total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

std::string PipelineOf(const std::string &support, int streams, const std::string &frames, bool shared) {
  std::string line;
  for (int i = 0; i < streams; ++i) {
    line += "videotestsrc pattern=ball num-buffers=" + frames +
            " ! video/x-raw,format=RGB,width=640,height=480 ! keypointtrack device=cpu support-file=" + support +
            (shared ? " model-instance-id=all" : "") + " ! fakesink ";
  }
  return line;
}

/// Waits for a message of this type; ends the program at an error.
void Await(GstElement *pipeline, GstMessageType type) {
  GstBus *bus = gst_element_get_bus(pipeline);
  GstMessage *message =
      gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, static_cast<GstMessageType>(type | GST_MESSAGE_ERROR));
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError *error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    std::fprintf(stderr, "streams_bench: %s\n", error->message);
    std::exit(1);
  }
  gst_message_unref(message);
  gst_object_unref(bus);
}

}  // namespace

int main(int argc, char **argv) {
  gst_init(&argc, &argv);
  if (argc != 6) {
    std::fprintf(stderr, "usage: streams_bench PLUGIN SUPPORT STREAMS FRAMES own|shared\n");
    return 2;
  }
  if (gst_plugin_load_file(argv[1], nullptr) == nullptr) {
    std::fprintf(stderr, "streams_bench: '%s' is no plugin that loads\n", argv[1]);
    return 1;
  }
  const int streams = std::atoi(argv[3]), frames = std::atoi(argv[4]);
  const bool shared = std::string(argv[5]) == "shared";
  GstElement *pipeline = gst_parse_launch(PipelineOf(argv[2], streams, argv[4], shared).c_str(), nullptr);

  const double empty_mb = ResidentMb();
  const auto begin = Clock::now();
  gst_element_set_state(pipeline, GST_STATE_READY);
  gst_element_set_state(pipeline, GST_STATE_PAUSED);
  Await(pipeline, GST_MESSAGE_ASYNC_DONE);
  const double loading_s = SecondsSince(begin), loaded_mb = ResidentMb();

  const auto playing = Clock::now();
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  Await(pipeline, GST_MESSAGE_EOS);
  const double playing_s = SecondsSince(playing), played_mb = ResidentMb();
  std::printf("| %d | %s | %.0f | %.0f | %.1f | %.1f |\n", streams, argv[5], loaded_mb - empty_mb, played_mb - empty_mb,
              loading_s, streams * frames / playing_s);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  return 0;
}
