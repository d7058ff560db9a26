// See encoders.h.
#include "encoders.h"

#include <array>

#include "command.h"
#include "output_path.h"

namespace kpt::tools {
namespace {

struct Candidate {
  const char *element;
  const char *format;
  const char *launch;
};

// In order of preference. Hardware encoders come after x264enc: they are there on some machines only by name.
constexpr std::array kCandidates = {
    Candidate{"x264enc", "H.264", "x264enc speed-preset=veryfast pass=quant quantizer=20 ! h264parse"},
    Candidate{"openh264enc", "H.264", "openh264enc bitrate=6000000 complexity=low ! h264parse"},
    Candidate{"nvh264enc", "H.264", "nvh264enc ! h264parse"},
    Candidate{"vah264enc", "H.264", "vah264enc ! h264parse"},
    Candidate{"v4l2h264enc", "H.264", "v4l2h264enc ! video/x-h264,level=(string)4 ! h264parse"},
    Candidate{"avenc_mpeg4", "MPEG-4 part 2", "avenc_mpeg4 bitrate=6000000 ! mpeg4videoparse"},
    Candidate{"vp9enc", "VP9", "vp9enc deadline=1 cpu-used=8 target-bitrate=4000000 ! vp9parse"},
};

struct Container {
  const char *extension;
  const char *muxer;
};
constexpr std::array kContainers = {Container{".mp4", "mp4mux"}, Container{".mov", "qtmux"},
                                    Container{".mkv", "matroskamux"}};

}  // namespace

bool HasElement(const std::string &name) {
  GstElementFactory *factory = gst_element_factory_find(name.c_str());
  if (factory == nullptr) return false;
  gst_object_unref(factory);
  return true;
}

std::string MuxerFor(const std::string &path) {
  const std::string extension = ExtensionOf(path);
  for (const Container &container : kContainers) {
    if (extension != container.extension) continue;
    if (HasElement(container.muxer)) return container.muxer;
    throw CommandError(kPipelineError,
                       std::string("GStreamer has no ") + container.muxer + "; install gstreamer1.0-plugins-good.");
  }
  throw CommandError(kUsage, "--overlay: '" + path + "' must end in .mp4, .mov or .mkv.");
}

Encoder ChooseEncoder(const std::string &path) {
  MuxerFor(path);
  for (const Candidate &candidate : kCandidates) {
    if (!HasElement(candidate.element)) continue;
    return {candidate.element, candidate.format, candidate.launch, std::string(candidate.format) == "H.264"};
  }
  throw CommandError(kPipelineError, "GStreamer has no video encoder; install gstreamer1.0-plugins-ugly (x264enc).");
}

}  // namespace kpt::tools
