// See picture.h. Videos are in video_reader.cpp.
#include "kpt/data/picture.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>

#include "kpt/base/error.h"
#include "kpt/base/require_file.h"

namespace kpt::data {
namespace {

cv::Mat Read(const std::string &path, int mode) {
  RequireFile(path, ErrorCode::kInput);
  cv::Mat picture;
  try {
    picture = cv::imread(path, mode);
  } catch (const cv::Exception &error) {  // for example more pixels than OpenCV allows
    throw Error(ErrorCode::kInput, path + ": cannot be read as a picture: " + error.err);
  }
  if (picture.empty()) throw Error(ErrorCode::kInput, path + ": is not a picture that can be read");
  return picture;
}

}  // namespace

cv::Mat ReadPicture(const std::string &path) { return Read(path, cv::IMREAD_COLOR); }

cv::Mat ReadPictureWithAlpha(const std::string &path) {
  const cv::Mat picture = Read(path, cv::IMREAD_UNCHANGED);
  return picture.type() == CV_8UC4 ? picture : ReadPicture(path);
}

bool IsVideoName(const std::string &name) {
  std::string ending = std::filesystem::path(name).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char *known :
       {".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".ts", ".mjpeg", ".wmv"}) {
    if (ending == known) return true;
  }
  return false;
}

cv::Mat ReadPictureOrFrame(const std::string &path, int frame_index) {
  if (frame_index < 0 || !IsVideoName(path)) return ReadPicture(path);
  return VideoReader(path).Frame(frame_index);
}

}  // namespace kpt::data
