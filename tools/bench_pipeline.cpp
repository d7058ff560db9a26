// The pipelines that `kpt bench` times: see bench_cases.h. The picture is GStreamer's moving ball, which is there
// wherever GStreamer is; its first frame, with the ball in the middle, is the support shot.
#include <gst/gst.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bench_cases.h"
#include "command.h"
#include "gst_pieces.h"

namespace kpt::tools {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char *kVideo = " ! video/x-raw,format=RGB,width=640,height=480";

/// A folder that is gone with the object.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (fs::temp_directory_path() / "kpt-bench-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      throw CommandError(kPipelineError,
                         "'" + pattern + "' cannot be made; set TMPDIR to a folder that can be written.");
    }
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string Path(const char *name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

/// When the first and the last frame came to the sink.
struct Arrivals {
  std::array<Clock::time_point, 2> at;
  int count = 0;

  static GstPadProbeReturn Note(GstPad *, GstPadProbeInfo *, gpointer self) {
    auto *arrivals = static_cast<Arrivals *>(self);
    arrivals->at[arrivals->count++ == 0 ? 0 : 1] = Clock::now();
    return GST_PAD_PROBE_OK;
  }
};

/// Waits for the end of the stream; throws what an element says went wrong.
void AwaitEnd(GstElement *pipeline) {
  const GstPtr<GstBus> bus(gst_element_get_bus(pipeline));
  GstMessage *message = gst_bus_timed_pop_filtered(bus.get(), GST_CLOCK_TIME_NONE,
                                                   static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  std::string problem;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError *error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    problem = error->message;
    g_error_free(error);
  }
  gst_message_unref(message);
  if (!problem.empty()) throw CommandError(kPipelineError, problem);
}

/// Plays a launch line with a sink named `sink` to its end; milliseconds from frame to frame, the first one aside.
double MsPerFrame(const std::string &line) {
  const GstPtr<GstElement> pipeline(gst_pipeline_new(nullptr));
  GstElement *bin = ParseBin(line);
  gst_bin_add(GST_BIN(pipeline.get()), bin);
  const GstPtr<GstElement> sink(gst_bin_get_by_name(GST_BIN(bin), "sink"));
  const GstPtr<GstPad> pad(gst_element_get_static_pad(sink.get(), "sink"));
  Arrivals arrivals;
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, Arrivals::Note, &arrivals, nullptr);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  try {
    AwaitEnd(pipeline.get());
  } catch (...) {
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    throw;
  }
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  const std::chrono::duration<double, std::milli> between = arrivals.at[1] - arrivals.at[0];
  return arrivals.count > 1 ? between.count() / (arrivals.count - 1) : 0;
}

std::string Ball(int frames) { return "videotestsrc pattern=ball num-buffers=" + std::to_string(frames) + kVideo; }

/// Writes the shot and returns the support file.
std::string WriteShot(const ScratchFolder &folder) {
  MsPerFrame(Ball(1) + " ! pngenc ! filesink name=sink location=\"" + folder.Path("ball.png") + "\"");
  const std::string file = folder.Path("support.yaml");
  std::ofstream(file) << "category: ball\n"
                         "keypoints: [centre, left, right, top, bottom]\n"
                         "skeleton: [[centre, left], [centre, right], [centre, top], [centre, bottom]]\n"
                         "shots:\n"
                         "  - image: ball.png\n"
                         "    box: [290, 210, 60, 60]\n"
                         "    points: {centre: [320, 240], left: [301, 240], right: [339, 240], top: [320, 221], "
                         "bottom: [320, 259]}\n";
  return file;
}

}  // namespace

std::vector<BenchRow> TimePipelines(const std::string &weights, int frames) {
  gst_init(nullptr, nullptr);
  LoadPlugin();
  const ScratchFolder folder;
  const std::string track =
      " ! keypointtrack device=cpu support-file=\"" + WriteShot(folder) + "\" model-file=\"" + weights + "\"";
  const std::string end = " ! fakesink name=sink sync=false";
  const double without = MsPerFrame(Ball(frames) + end);
  const auto row = [&](const char *what, const std::string &element) {
    return BenchRow{"pipeline", what, MsPerFrame(Ball(frames) + element + end), "without keypointtrack", without};
  };
  return {row("a frame of 640x480", track), row("the network on every third", track + " inference-interval=3")};
}

}  // namespace kpt::tools
