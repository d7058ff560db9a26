// See doctor_command.h. Looks, says what it found, and for what is missing the command that installs it. Each check is
// a function that prints its line and returns whether all is well. Includes Torch.
#include "doctor_command.h"

#include <dlfcn.h>
#include <gst/gst.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <opencv2/core/utility.hpp>
#include <string>
#include <thread>

#include "command.h"
#include "encoders.h"
#include "eval_predictor.h"
#include "own_files.h"

namespace kpt::tools {
namespace {

void Say(const char *what, const std::string &found) { std::printf("%-10s %s\n", what, found.c_str()); }

bool Missing(const char *what, const std::string &problem, const std::string &remedy) {
  Say(what, problem);
  std::printf("%-10s -> %s\n", "", remedy.c_str());
  return false;
}

/// The file of a loaded library whose name starts with `prefix`.
std::string LoadedLibrary(const std::string &prefix) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t slash = line.find('/');
    if (slash == std::string::npos) continue;
    const std::string path = line.substr(slash);
    if (std::filesystem::path(path).filename().string().rfind(prefix, 0) == 0) return path;
  }
  return "not loaded";
}

bool SayVersions() {
  std::printf("kpt %s\n", KPT_VERSION);
  Say("LibTorch", std::string(TORCH_VERSION) + ", " + LoadedLibrary("libtorch_cpu"));
  Say("OpenCV", cv::getVersionString() + ", " + LoadedLibrary("libopencv_core"));
  guint major, minor, micro, nano;
  gst_version(&major, &minor, &micro, &nano);
  Say("GStreamer", std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(micro) + ", " +
                       LoadedLibrary("libgstreamer-1.0"));
  return true;
}

/// Which library multiplies matrices: the reference BLAS does it 50 times slower than OpenBLAS.
bool CheckBlas() {
  Dl_info info{};
  void *multiply = dlsym(RTLD_DEFAULT, "sgemm_");
  if (multiply == nullptr || dladdr(multiply, &info) == 0) {
    Say("BLAS", "inside LibTorch");
    return true;
  }
  const std::string path = std::filesystem::canonical(info.dli_fname).string();
  const bool is_fast = path.find("openblas") != std::string::npos || path.find("mkl") != std::string::npos ||
                       path.find("torch") != std::string::npos;
  if (!is_fast) {
    return Missing("BLAS", path + ": the slow reference BLAS", "apt-get install libopenblas0-pthread");
  }
  Say("BLAS", path);
  return true;
}

bool SayDevices() {
  std::string cpu = "CPU";
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (line.rfind("model name", 0) == 0) {
      cpu = line.substr(line.find(':') + 2);
      break;
    }
  }
  Say("device", "cpu: " + cpu + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores");
#ifdef KPT_TORCH_CUDA
  const std::string kernels = "kernels compiled";
#else
  const std::string kernels = "no kernels: built without nvcc, or with a CPU LibTorch";
#endif
  Say("device", "cuda: " + std::to_string(torch::cuda::device_count()) + " usable (" + kernels + ")");
  return true;
}

bool CheckPlugin() {
  std::string path;
  try {
    path = FindPlugin();
  } catch (const CommandError &error) {
    return Missing("plugin", error.what(), "scripts/build");
  }
  GError *error = nullptr;
  GstPlugin *plugin = gst_plugin_load_file(path.c_str(), &error);
  if (plugin == nullptr) {
    const std::string reason = error->message;
    g_error_free(error);
    return Missing("plugin", path + " does not load: " + reason, "scripts/setup && scripts/build");
  }
  Say("plugin", path + ", version " + gst_plugin_get_version(plugin));
  gst_object_unref(plugin);
  return true;
}

bool SayMqtt() {
#ifdef KPT_MQTT
  Say("MQTT", KPT_MQTT);
#else
  Say("MQTT", "keypointexport cannot publish: built without libmosquitto (libmosquitto-dev)");
#endif
  return true;
}

bool SayWindow() {
#ifdef KPT_WINDOW
  Say("window", KPT_WINDOW);
#else
  Say("window", "kpt annotate opens none: built without SDL (libsdl2-dev)");
#endif
  return true;
}

bool CheckWeights() {
  try {
    const std::string path = FindDefaultWeights();
    const LoadedEstimator loaded = LoadEstimatorOrThrow({path});
    Say("weights", path + " (" + loaded.estimator->model_name() + ", runs on " + loaded.device + ")");
    return true;
  } catch (const std::exception &error) {
    return Missing("weights", error.what(), "git checkout weights, or name other weights with --model");
  }
}

bool CheckEncoder() {
  try {
    const Encoder encoder = ChooseEncoder("overlay.mp4");
    const std::string found = encoder.format + " by " + encoder.element;
    if (!encoder.is_h264) return Missing("encoder", found, "apt-get install gstreamer1.0-plugins-ugly (for H.264)");
    Say("encoder", found);
    return true;
  } catch (const CommandError &error) {
    return Missing("encoder", error.what(), "apt-get install gstreamer1.0-plugins-ugly");
  }
}

struct Needed {
  const char *element;
  const char *use;
  const char *package;
};
constexpr std::array kNeeded = {
    Needed{"uridecodebin", "reads videos", "gstreamer1.0-plugins-base"},
    Needed{"appsrc", "reads pictures", "gstreamer1.0-plugins-base"},
    Needed{"deinterlace", "reads interlaced videos", "gstreamer1.0-plugins-good"},
    Needed{"qtdemux", "reads .mp4 and .mov", "gstreamer1.0-plugins-good"},
    Needed{"matroskademux", "reads .mkv and .webm", "gstreamer1.0-plugins-good"},
    Needed{"avdec_h264", "decodes H.264", "gstreamer1.0-libav"},
    Needed{"h264parse", "writes H.264", "gstreamer1.0-plugins-bad"},
    Needed{"mp4mux", "writes .mp4", "gstreamer1.0-plugins-good"},
    Needed{"v4l2src", "reads cameras", "gstreamer1.0-plugins-good"},
    Needed{"rtspsrc", "reads rtsp:// streams", "gstreamer1.0-plugins-good"},
};

bool CheckElements() {
  bool all = true;
  for (const Needed &needed : kNeeded) {
    if (HasElement(needed.element)) continue;
    all = Missing("element", std::string("no ") + needed.element + ", which " + needed.use,
                  std::string("apt-get install ") + needed.package);
  }
  if (all) Say("elements", "all " + std::to_string(kNeeded.size()) + " that kpt uses are installed");
  return all;
}

ExitCode Examine() {
  gst_init(nullptr, nullptr);
  int problems = 0;
  for (const auto &check :
       {SayVersions, CheckBlas, SayDevices, CheckPlugin, SayMqtt, SayWindow, CheckWeights, CheckEncoder, CheckElements}) {
    problems += check() ? 0 : 1;
  }
  if (problems == 0) {
    std::puts("All is well.");
    return kDone;
  }
  throw CommandError(kCheckFailed, std::to_string(problems) + " of the above need attention; each names its command.");
}

}  // namespace
}  // namespace kpt::tools

void AddDoctorCommand(CLI::App &app, int *exit_code) {
  CLI::App *command = app.add_subcommand("doctor", "Says what is loaded, what is missing, and what installs it");
  kpt::tools::SetCallback(command, exit_code, kpt::tools::Examine);
}
