// See installed_files.h.
#include "installed_files.h"

#include <dlfcn.h>

#include <filesystem>
#include <vector>

#include "kpt/base/error.h"

namespace kpt::gst {
namespace {

namespace fs = std::filesystem;

/// The folder of the library or program that holds this function.
fs::path OwnFolder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void *>(&OwnFolder), &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code ignored;
  const fs::path file = fs::weakly_canonical(info.dli_fname, ignored);
  return file.parent_path();
}

std::vector<fs::path> WeightsFolders() {
  const fs::path own = OwnFolder();
  std::vector<fs::path> folders = {own.parent_path() / "weights"};
  // lib/gstreamer-1.0, or one level deeper where the system keeps an architecture's libraries apart.
  fs::path prefix = own;
  for (int level = 0; level < 3; ++level) {
    prefix = prefix.parent_path();
    folders.push_back(prefix / "share" / "gst-keypoints" / "weights");
  }
  return folders;
}

}  // namespace

std::string FindDefaultWeights() {
  std::string looked;
  for (const fs::path &folder : WeightsFolders()) {
    const fs::path file = folder / KPT_DEFAULT_WEIGHTS;
    std::error_code ignored;
    if (fs::is_regular_file(file, ignored)) return file.string();
    looked += (looked.empty() ? "" : ", ") + folder.string();
  }
  throw Error(ErrorCode::kNotFound, std::string("The shipped weights ") + KPT_DEFAULT_WEIGHTS + " are in none of " +
                                        looked + "; set model-file.");
}

}  // namespace kpt::gst
