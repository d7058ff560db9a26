// Frames of videos by number: whatever way the reader takes, a number means the n-th decoded frame, bit for bit.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <opencv2/core.hpp>
#include <opencv2/videoio.hpp>
#include <vector>

#include "kpt/base/error.h"
#include "kpt/data/picture.h"

namespace kpt::data {
namespace {

namespace fs = std::filesystem;

constexpr int kFrames = 400;  // several groups of pictures

class Video : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("kpt_video_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// A clip made by gst-launch-1.0 with this encoder and muxer; empty where they are not installed.
  std::string Encode(const std::string &encoder_and_muxer, const std::string &name) const {
    const std::string path = (folder_ / name).string();
    const std::string line = "gst-launch-1.0 -q videotestsrc pattern=ball num-buffers=" + std::to_string(kFrames) +
                             " ! video/x-raw,width=160,height=120 ! " + encoder_and_muxer +
                             " ! filesink location=" + path + " >/dev/null 2>&1";
    return std::system(line.c_str()) == 0 ? path : "";
  }

  /// Every frame in the order of the file, decoded once from the beginning by OpenCV itself.
  static std::vector<cv::Mat> InOrder(const std::string &path) {
    std::vector<cv::Mat> frames;
    cv::VideoCapture capture(path, cv::CAP_FFMPEG);
    for (cv::Mat frame; capture.read(frame);) frames.push_back(frame.clone());
    return frames;
  }

  static void ExpectTheSameInAnyOrder(const std::string &path) {
    SCOPED_TRACE(path);
    if (path.empty()) GTEST_SKIP() << "this encoder or muxer is not installed";
    const std::vector<cv::Mat> truth = InOrder(path);
    const int count = static_cast<int>(truth.size());
    ASSERT_GT(count, kFrames / 2);
    VideoReader reader(path);
    cv::RNG random(1);
    std::vector<int> order = {count - 1, count - 2, count - 3, 0, 1, count / 2, count / 2 - 1};
    for (int i = 0; i < 25; ++i) order.push_back(random.uniform(0, count));
    for (int i = count - 1; i > count - 12; --i) order.push_back(i);
    for (const int index : order) {
      ASSERT_EQ(cv::norm(reader.Frame(index), truth[static_cast<std::size_t>(index)], cv::NORM_INF), 0) << index;
    }
  }

  fs::path folder_;
};

TEST_F(Video, H264WithBFramesInMp4) {
  ExpectTheSameInAnyOrder(Encode("x264enc bframes=3 key-int-max=50 ! mp4mux", "b.mp4"));
}
TEST_F(Video, H264WithOpenGroups) {
  ExpectTheSameInAnyOrder(
      Encode("x264enc bframes=3 key-int-max=30 option-string=open-gop=1 ! matroskamux", "open.mkv"));
}
TEST_F(Video, H264WithoutKeyFramesBehindTheFirst) {
  ExpectTheSameInAnyOrder(Encode("x264enc intra-refresh=true key-int-max=60 ! mp4mux", "refresh.mp4"));
}
TEST_F(Video, H264InAvi) { ExpectTheSameInAnyOrder(Encode("x264enc bframes=2 key-int-max=40 ! avimux", "b.avi")); }
TEST_F(Video, Mpeg4InAvi) { ExpectTheSameInAnyOrder(Encode("avenc_mpeg4 max-bframes=2 ! avimux", "m.avi")); }
TEST_F(Video, MotionJpegInAvi) { ExpectTheSameInAnyOrder(Encode("jpegenc ! avimux", "j.avi")); }
TEST_F(Video, Vp8InWebm) {
  ExpectTheSameInAnyOrder(Encode("vp8enc deadline=1 keyframe-max-dist=50 ! webmmux", "v.webm"));
}
TEST_F(Video, H264InATransportStream) {
  ExpectTheSameInAnyOrder(Encode("x264enc bframes=3 key-int-max=50 ! mpegtsmux", "b.ts"));
}

/// Here a seek to a frame number, which goes by the mean rate, lands on other frames than in the clips above.
TEST_F(Video, FramesAtIrregularTimes) {
  ExpectTheSameInAnyOrder(
      Encode("identity drop-probability=0.4 ! x264enc bframes=3 key-int-max=50 ! matroskamux", "gaps.mkv"));
  ExpectTheSameInAnyOrder(
      Encode("identity drop-probability=0.4 ! x264enc bframes=3 key-int-max=50 ! mp4mux", "gaps.mp4"));
}

TEST_F(Video, ApproachGoesInStepsAndKnowsTheEnd) {
  const std::string path = Encode("jpegenc ! avimux", "j.avi");
  if (path.empty()) GTEST_SKIP() << "jpegenc or avimux is not installed";
  VideoReader reader(path);
  EXPECT_EQ(reader.KnownFrames(), -1);
  EXPECT_FALSE(reader.Approach(100, 60));
  EXPECT_TRUE(reader.Approach(100, 60));
  while (!reader.Approach(1 << 30, 1000)) {
  }
  const int count = reader.KnownFrames();
  EXPECT_GT(count, 100);
  EXPECT_FALSE(reader.Frame(count - 1).empty());
  try {
    reader.Frame(count);
    FAIL();
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::kInput);
    EXPECT_NE(std::string(error.what()).find("it ends after " + std::to_string(count) + " frames"), std::string::npos);
  }
}

}  // namespace
}  // namespace kpt::data
