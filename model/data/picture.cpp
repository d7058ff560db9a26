#include "kpt/data/picture.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>
#include <opencv2/videoio/registry.hpp>

#include "kpt/base/error.h"

namespace kpt::data {
namespace {

void RequireFile(const std::string &path) {
  if (!std::filesystem::is_regular_file(path)) throw Error(ErrorCode::kNotFound, path + ": no such file");
}

cv::Mat Read(const std::string &path, int mode) {
  RequireFile(path);
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

struct VideoReader::Impl {
  std::string path;
  cv::VideoCapture capture;
  int next = 0;

  void Open() {
    // One backend, so that a frame number means the same everywhere; the others also complain on stderr.
    capture.open(path, cv::videoio_registry::hasBackend(cv::CAP_FFMPEG) ? cv::CAP_FFMPEG : cv::CAP_ANY);
    if (!capture.isOpened()) throw Error(ErrorCode::kInput, path + ": is not a video that can be read");
    next = 0;
  }
};

VideoReader::VideoReader(const std::string &path) : impl_(std::make_unique<Impl>()) {
  RequireFile(path);
  impl_->path = path;
  impl_->Open();
}
VideoReader::~VideoReader() = default;

cv::Mat VideoReader::Frame(int index) {
  if (index < impl_->next) impl_->Open();
  cv::Mat frame;
  while (impl_->next <= index) {
    const bool wanted = impl_->next == index;
    const bool there = impl_->capture.grab() && (!wanted || impl_->capture.retrieve(frame));
    if (!there) {
      throw Error(ErrorCode::kInput, impl_->path + ": has no frame " + std::to_string(index) + "; it ends after " +
                                         std::to_string(impl_->next) + " frames");
    }
    ++impl_->next;
  }
  return frame;
}

double VideoReader::fps() const { return impl_->capture.get(cv::CAP_PROP_FPS); }

int VideoReader::EstimatedFrames() const {
  return std::max(0, static_cast<int>(impl_->capture.get(cv::CAP_PROP_FRAME_COUNT)));
}

cv::Mat ReadPictureOrFrame(const std::string &path, int frame_index) {
  if (frame_index < 0 || !IsVideoName(path)) return ReadPicture(path);
  return VideoReader(path).Frame(frame_index);
}

}  // namespace kpt::data
