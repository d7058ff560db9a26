// See output_path.h.
#include "output_path.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "command.h"

namespace kpt::tools {
namespace {

namespace fs = std::filesystem;

/// Why a file cannot be written, and what to do about it; empty where it can.
std::string Obstacle(const fs::path &path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return "there is no folder '" + folder.string() + "'; make it first.";
  if (fs::is_directory(path, ignored)) return "it is a folder; name a file.";
  const fs::path touched = fs::exists(path, ignored) ? path : folder;
  if (access(touched.c_str(), W_OK) != 0) return "permission denied; choose another place.";
  return "";
}

}  // namespace

std::string ExtensionOf(const std::string &path) {
  std::string extension = fs::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return extension;
}

void CheckOutput(const std::string &option, const std::string &path, const std::vector<std::string> &inputs) {
  if (path.empty()) return;
  const std::string obstacle = Obstacle(path);
  if (!obstacle.empty()) throw CommandError(kPipelineError, option + ": '" + path + "' cannot be written: " + obstacle);
  for (const std::string &input : inputs) {
    std::error_code ignored;
    if (fs::equivalent(path, input, ignored)) {
      throw CommandError(kUsage, option + ": '" + path + "' is an input, which would be lost; choose another name.");
    }
  }
}

std::ofstream OpenOutput(const std::string &path) {
  std::ofstream file(path);
  if (!file) throw CommandError(kPipelineError, "'" + path + "' cannot be written; check the folder and its rights.");
  return file;
}

void CloseOutput(std::ofstream *file, const std::string &path) {
  file->flush();
  if (!*file) throw CommandError(kPipelineError, "'" + path + "' could not be written to its end; is the disk full?");
}

}  // namespace kpt::tools
