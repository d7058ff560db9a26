// Ctrl-C during `kpt track`: exit code 130, and files that hold what was tracked until then.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/videoio.hpp>

#include "program.h"
#include "samples.h"

namespace kpt::cli_testing {
namespace {

constexpr int kInterrupted = 130;
constexpr int kManyFrames = 4000;  // more than are tracked before the signal comes

TEST(Interrupt, CompletesTheFiles) {
  const Folder folder;
  const Folder &shared = SharedFolder();
  const std::string points = folder / "points.jsonl", video = folder / "overlay.mp4";
  Program program({"track", WriteClip(folder / "long.mp4", kManyFrames), "--support", shared / "support.yaml",
                   "--model", shared / "net.safetensors", "--config", shared / "settings.yaml", "--output", points,
                   "--overlay", video});
  const auto some_are_written = [&] {
    return std::filesystem::exists(points) && std::filesystem::file_size(points) > 3000;
  };
  ASSERT_TRUE(program.RunUntil(some_are_written));
  program.Interrupt();
  const Outcome outcome = program.Wait();
  EXPECT_EQ(outcome.exit_code, kInterrupted) << outcome.err;
  EXPECT_THAT(outcome.out, ::testing::HasSubstr("overlay.mp4")) << "the summary says what was written";

  const std::size_t tracked = ReadJsonLines(points).size() - 1;
  EXPECT_GT(tracked, 5U);
  EXPECT_LT(tracked, std::size_t{kManyFrames});
  cv::VideoCapture overlay(video, cv::CAP_FFMPEG);
  std::size_t frames = 0;
  while (overlay.grab()) ++frames;
  EXPECT_EQ(frames, tracked);
}

TEST(Interrupt, EndsAWaitForAStreamThatDoesNotCome) {
  const Folder folder;
  Program program({"track", "udp://127.0.0.1:45981", "--support", SharedFolder() / "support.yaml", "--model",
                   SharedFolder() / "net.safetensors", "--output", folder / "points.jsonl"});
  ASSERT_TRUE(program.RunUntil([&] { return std::filesystem::exists(folder / "points.jsonl"); })) << "started";
  program.Interrupt();
  EXPECT_EQ(program.Wait().exit_code, kInterrupted);
}

}  // namespace
}  // namespace kpt::cli_testing
