// Training holds as much memory after hundreds of steps as after the first ones.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

#include "program.h"
#include "samples.h"

namespace kpt::cli_testing {
namespace {

constexpr int kSettled = 100, kEnd = 700;  // steps
constexpr int kStage = 100;                // steps that a slow machine takes within a program's time-out
constexpr double kGrowth = 1.1;

TEST(TrainMemory, IsFlatOverARun) {
  const Folder folder;
  WriteSource(folder, "data/made_up", 0);
  const std::string config =
      folder.Write("train.yaml",
                   "data_root: data\n"
                   "run_folder: run\n"
                   "threads: 1\n"
                   "net: {crop_size: 64, channels: 32, side_heads: 2, layers: 2, ffn: 32, padded_keypoints: 8}\n"
                   "trainer: {total_steps: 100000, batch: 2, log_steps: 1, checkpoint_minutes: 0.05}\n"
                   "episodes: {padded_keypoints: 8, max_keypoints: 6}\n"
                   "photos: {share: 0}\n"
                   "labelled: {files: ['data:made_up/annotations.json']}\n");
  const auto reached = [&](int step) {
    const std::string curve = folder / "run/curve.csv";
    return std::filesystem::exists(curve) &&
           ReadFile(curve).find("\n" + std::to_string(step) + ",") != std::string::npos;
  };
  Program program({"train", config});
  ASSERT_TRUE(program.RunUntil([&] { return reached(kSettled); }));
  const double settled = program.ResidentMb();
  for (int step = kSettled + kStage; step <= kEnd; step += kStage) {
    ASSERT_TRUE(program.RunUntil([&] { return reached(step); })) << step;
  }
  const double end = program.ResidentMb();
  std::printf("%.0f MB after %d steps, %.0f MB after %d\n", settled, kSettled, end, kEnd);
  EXPECT_GT(settled, 10);
  EXPECT_LT(end, kGrowth * settled);
}

}  // namespace
}  // namespace kpt::cli_testing
