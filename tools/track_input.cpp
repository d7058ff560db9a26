// See track_input.h.
#include "track_input.h"

#include <fnmatch.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <regex>

#include "command.h"

namespace kpt::tools {
namespace {

namespace fs = std::filesystem;

constexpr std::array kPictureExtensions = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm"};

bool IsPictureName(const fs::path &path) {
  const std::string extension = path.extension().string();
  return std::any_of(kPictureExtensions.begin(), kPictureExtensions.end(),
                     [&](const char *known) { return strcasecmp(extension.c_str(), known) == 0; });
}

/// A printf pattern (img%04d.png) as a wildcard: every number counts, with or without leading zeros.
std::string AsWildcard(const std::string &name) { return std::regex_replace(name, std::regex("%0?[0-9]*d"), "[0-9]*"); }

std::vector<std::string> PicturesIn(const fs::path &folder, const std::string &wildcard) {
  std::vector<std::string> names;
  for (const auto &entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool fits = wildcard.empty() ? IsPictureName(name) : fnmatch(wildcard.c_str(), name.c_str(), 0) == 0;
    if (fits && entry.is_regular_file()) names.push_back(entry.path().string());
  }
  std::sort(names.begin(), names.end(),
            [](const std::string &a, const std::string &b) { return strverscmp(a.c_str(), b.c_str()) < 0; });
  return names;
}

TrackInput Pictures(const std::string &text, const fs::path &place, std::vector<std::string> pictures) {
  if (pictures.empty()) {
    throw CommandError(kInputError,
                       "'" + text + "' names no pictures; give a video, or a folder with .png, .jpg ... files.");
  }
  TrackInput input;
  input.kind = TrackInput::Kind::kPictures;
  input.text = text;
  input.uri = "file://" + fs::absolute(place).lexically_normal().string();
  input.pictures = std::move(pictures);
  return input;
}

bool IsPattern(const std::string &name) { return name.find_first_of("*?[%") != std::string::npos; }

}  // namespace

TrackInput ParseInput(const std::string &text, Streams streams) {
  TrackInput input;
  input.text = text;
  static const std::regex kScheme("([a-zA-Z][a-zA-Z0-9+.-]*)://.*");
  std::smatch match;
  if (std::regex_match(text, match, kScheme)) {
    if (streams == Streams::kRefused) {
      throw CommandError(kInputError, "'" + text + "' is a stream; record it to a file first, and give that.");
    }
    input.kind = TrackInput::Kind::kUri;
    input.uri = text;
    input.is_live = match[1] == "v4l2" || match[1] == "rtsp" || match[1] == "rtsps" || match[1] == "udp";
    return input;
  }
  const fs::path path(text);
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return Pictures(text, path, PicturesIn(path, ""));
  if (fs::exists(path, ignored)) {
    if (fs::is_regular_file(path, ignored) && fs::file_size(path, ignored) == 0) {
      throw CommandError(kInputError, "'" + text + "' is empty; give a video that has frames.");
    }
    if (IsPictureName(path)) return Pictures(text, path, {text});
    return input;
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (IsPattern(path.filename().string()) && fs::is_directory(folder, ignored)) {
    return Pictures(text, folder, PicturesIn(folder, AsWildcard(path.filename().string())));
  }
  throw CommandError(kInputError,
                     "'" + text + "' does not exist; give a video file, a folder of pictures" +
                         (streams == Streams::kTaken ? ", v4l2:///dev/video0 or rtsp://..." : " or a picture."));
}

}  // namespace kpt::tools
