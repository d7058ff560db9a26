// VideoReader of picture.h. A frame number always means the n-th decoded frame. Containers answer a seek with some
// frame nearby, so the reader notes the time stamp of every frame that it decodes from the beginning, and now and then
// how it looks; after a seek it goes on only where the time stamps prove which frame this is, and the picture that it
// was decoded as it should be: where a stream has no key frames a decoder begins with rubbish.
#include <algorithm>
#include <functional>
#include <opencv2/videoio.hpp>
#include <opencv2/videoio/registry.hpp>
#include <string_view>
#include <vector>

#include "kpt/base/error.h"
#include "kpt/base/require_file.h"
#include "kpt/data/picture.h"

namespace kpt::data {
namespace {

constexpr int kWorthSeeking = 32;        ///< frames from the beginning; nearer ones are decoded from there
constexpr int kLookEvery = 16;           ///< frames
constexpr int kRunUps[] = {1, 64, 512};  ///< frames before the proof to seek to, tried in turn

}  // namespace

struct VideoReader::Impl {
  std::string path;
  cv::VideoCapture capture;
  int next = 0;                    ///< the frame that the next grab gives
  int frames = -1;                 ///< how many there are, once the end was met
  std::vector<double> time_ms;     ///< of the frames that were decoded in order, as long as it rises
  bool times_end = false;          ///< the frames behind those have none that would rise
  std::vector<std::size_t> looks;  ///< of every kLookEvery-th of these frames: a hash of its pixels

  void Open() {
    // One backend, so that a frame number means the same everywhere; the others also complain on stderr.
    capture.open(path, cv::videoio_registry::hasBackend(cv::CAP_FFMPEG) ? cv::CAP_FFMPEG : cv::CAP_ANY);
    if (!capture.isOpened()) throw Error(ErrorCode::kInput, path + ": is not a video that can be read");
    next = 0;
  }

  bool Grab() {
    if (!capture.grab()) {
      frames = next;
      return false;
    }
    if (next == static_cast<int>(time_ms.size()) && !times_end) NoteTime(capture.get(cv::CAP_PROP_POS_MSEC));
    ++next;
    return true;
  }

  void NoteTime(double now) {
    if (!time_ms.empty() && now <= time_ms.back()) {
      times_end = true;
      // Frames that the decoder held back to the end come without a time. Else it runs twice, and proves nothing.
      if (now != 0) looks.clear();
      return;
    }
    time_ms.push_back(now);
    if (next % kLookEvery == 0) looks.push_back(Look());
  }

  /// Of the frame that was grabbed last.
  std::size_t Look() {
    cv::Mat frame;
    if (!capture.retrieve(frame)) return 0;
    return std::hash<std::string_view>()({frame.ptr<char>(), frame.total() * frame.elemSize()});
  }

  /// The number of the frame that was grabbed last, by its time stamp; -1: it has none that is known.
  int GrabbedFrame() const {
    const double now = capture.get(cv::CAP_PROP_POS_MSEC);
    const auto place = std::lower_bound(time_ms.begin(), time_ms.end(), now);
    return place != time_ms.end() && *place == now ? static_cast<int>(place - time_ms.begin()) : -1;
  }

  /// Seeks so that `index`, which was decoded before, is soon the next frame; false where that cannot be proved.
  bool SeekBefore(int index) {
    const int proof = (index - 1) / kLookEvery * kLookEvery;
    if (index < kWorthSeeking || proof / kLookEvery >= static_cast<int>(looks.size())) return false;
    for (const int run_up : kRunUps) {
      if (run_up > proof || !capture.set(cv::CAP_PROP_POS_FRAMES, proof - run_up) || !capture.grab()) return false;
      const int grabbed = GrabbedFrame();
      if (grabbed < 0) return false;
      next = grabbed + 1;
      if (grabbed <= proof && RunUpTo(proof + 1) && Look() == looks[proof / kLookEvery]) return RunUpTo(index);
    }
    return false;
  }

  /// Goes on to `index`; false where a frame comes that is not the expected one.
  bool RunUpTo(int index) {
    while (next < index) {
      if (!capture.grab() || GrabbedFrame() != next) return false;
      ++next;
    }
    return true;
  }

  void GoBackTo(int index) {
    if (!SeekBefore(index)) Open();
  }
};

VideoReader::VideoReader(const std::string &path) : impl_(std::make_unique<Impl>()) {
  RequireFile(path, ErrorCode::kInput);
  impl_->path = path;
  impl_->Open();
}
VideoReader::~VideoReader() = default;

bool VideoReader::Approach(int index, int most) {
  if (index < impl_->next) impl_->GoBackTo(index);
  for (int i = 0; i < most && impl_->next < index; ++i) {
    if (!impl_->Grab()) return true;
  }
  return impl_->next >= index;
}

cv::Mat VideoReader::Frame(int index) {
  if (index < impl_->next) impl_->GoBackTo(index);
  while (impl_->next < index && impl_->Grab()) {
  }
  cv::Mat frame;
  if (impl_->next < index || !impl_->Grab() || !impl_->capture.retrieve(frame)) {
    throw Error(ErrorCode::kInput, impl_->path + ": has no frame " + std::to_string(index) + "; it ends after " +
                                       std::to_string(impl_->next) + " frames");
  }
  return frame;
}

double VideoReader::fps() const { return impl_->capture.get(cv::CAP_PROP_FPS); }

int VideoReader::NextFrame() const { return impl_->next; }

int VideoReader::KnownFrames() const { return impl_->frames; }

int VideoReader::EstimatedFrames() const {
  return std::max(0, static_cast<int>(impl_->capture.get(cv::CAP_PROP_FRAME_COUNT)));
}

}  // namespace kpt::data
