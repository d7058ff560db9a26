// See own_files.h. KPT_PLUGIN_FOLDER and KPT_DEFAULT_WEIGHTS come from the build.
#include "own_files.h"

#include <filesystem>
#include <vector>

#include "command.h"

namespace kpt::tools {
namespace {

namespace fs = std::filesystem;

fs::path ProgramFolder() { return fs::canonical("/proc/self/exe").parent_path(); }

std::string FirstThatExists(const std::vector<fs::path> &candidates, ExitCode exit_code, const std::string &what) {
  std::string looked;
  for (const fs::path &candidate : candidates) {
    std::error_code ignored;
    if (fs::is_regular_file(candidate, ignored)) return candidate.lexically_normal().string();
    looked += (looked.empty() ? "" : ", ") + candidate.lexically_normal().string();
  }
  throw CommandError(exit_code, what + " is missing; looked for " + looked + ". Build it with scripts/build.");
}

}  // namespace

std::string FindPlugin() {
  const fs::path own = ProgramFolder();
  return FirstThatExists(
      {own / "gst-plugin" / "libgstkeypoints.so", own.parent_path() / KPT_PLUGIN_FOLDER / "libgstkeypoints.so"},
      kPipelineError, "The GStreamer plugin");
}

std::string FindDefaultWeights() {
  const fs::path own = ProgramFolder();
  return FirstThatExists({own / "weights" / KPT_DEFAULT_WEIGHTS,
                          own.parent_path() / "share" / "gst-keypoints" / "weights" / KPT_DEFAULT_WEIGHTS},
                         kModelError, "The shipped weights file");
}

}  // namespace kpt::tools
