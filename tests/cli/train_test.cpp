// `kpt train` on a miniature: two steps, two more after a resumption, a network that works, and the errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "program.h"
#include "samples.h"

namespace kpt::cli_testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kInputError = 3, kInterrupted = 130;

class Train : public ::testing::Test {
 protected:
  void SetUp() override { WriteSource(folder_, "data/made_up", 0); }

  /// Writes the miniature's configuration and returns its path.
  std::string Config(int steps, const std::string &more = "") const {
    return folder_.Write("train.yaml",
                         "data_root: data\n"
                         "run_folder: run\n"
                         "threads: 1\n"
                         "net: {crop_size: 64, channels: 32, side_heads: 2, layers: 2, ffn: 32, padded_keypoints: 8}\n"
                         "trainer: {total_steps: " +
                             std::to_string(steps) + ", batch: 2, warmup_steps: 1, log_steps: 1" + more +
                             "}\n"
                             "episodes: {padded_keypoints: 8, max_keypoints: 6}\n"
                             "photos: {share: 0}\n"
                             "labelled: {files: ['data:made_up/annotations.json']}\n"
                             "evaluation: {files: ['data:made_up/annotations.json'], pairs: 2}\n");
  }
  bool Exists(const std::string &name) const { return std::filesystem::exists(folder_ / name); }

  const Folder folder_;
};

TEST_F(Train, WritesWeightsACurveAndACheckpointToGoOnFrom) {
  const Outcome first = Kpt({"train", Config(2)});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  for (const char *name :
       {"run/last.safetensors", "run/best.safetensors", "run/curve.csv", "run/curve.png", "run/checkpoint"}) {
    EXPECT_TRUE(Exists(name)) << name;
  }
  EXPECT_THAT(ReadFile(folder_ / "run/curve.csv"), HasSubstr("\n2,"));

  const Outcome second = Kpt({"train", Config(4), "--resume"});
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_THAT(second.out + second.err, HasSubstr("resumed at step 2"));
  EXPECT_THAT(ReadFile(folder_ / "run/curve.csv"), HasSubstr("\n4,"));

  WriteSupport(folder_);
  const Outcome track = Kpt({"track", WritePicture(folder_ / "one.png", 1), "--support", folder_ / "support.yaml",
                             "--model", folder_ / "run/last.safetensors"});
  EXPECT_EQ(track.exit_code, 0) << track.err;
}

TEST_F(Train, StopsAtCtrlCWithACheckpoint) {
  Program program({"train", Config(100000)});
  ASSERT_TRUE(program.RunUntil([&] { return Exists("run/curve.csv"); }));
  program.Interrupt();
  EXPECT_EQ(program.Wait().exit_code, kInterrupted);
  EXPECT_TRUE(Exists("run/checkpoint"));
  EXPECT_TRUE(Exists("run/last.safetensors"));
}

/// The step of the curve's last whole line.
int LastStep(const std::string &curve) {
  std::istringstream lines(curve.substr(0, curve.rfind('\n') + 1));
  int step = 0;
  for (std::string line; std::getline(lines, line);) std::istringstream(line) >> step;
  return step;
}

TEST_F(Train, LosesAtMostTheLastIntervalToAKill) {
  const std::string curve = folder_ / "run/curve.csv";
  const auto step = [&] { return Exists("run/curve.csv") ? LastStep(ReadFile(curve)) : 0; };
  int saved = 0;  // the step at which the first checkpoint was there
  Program program({"train", Config(100000, ", checkpoint_minutes: 0.01")});
  ASSERT_TRUE(program.RunUntil([&] {
    if (saved == 0 && Exists("run/checkpoint")) saved = step();
    return saved > 0 && step() >= saved + 3;
  }));
  program.Kill();
  EXPECT_EQ(program.Wait().exit_code, -1);

  const Outcome resumed = Kpt({"train", Config(step() + 1), "--resume"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  const std::string text = resumed.out + resumed.err, said = "resumed at step ";
  const std::size_t at = text.find(said);
  ASSERT_NE(at, std::string::npos) << text;
  EXPECT_GE(std::stoi(text.substr(at + said.size())), saved - 1);
}

TEST_F(Train, NamesAConfigurationThatIsWrong) {
  ExpectError({"train", folder_ / "none.yaml"}, kInputError, {"none.yaml", "does not exist"});
  ExpectError({"train", folder_ / "data"}, kInputError, {"data", "is a folder"});
  ExpectError({"train", folder_.Write("c.yaml", "run_folder: run\ntrainer:\n  batsh: 3\n")}, kInputError,
              {"c.yaml:3", "trainer.batsh"});
  ExpectError({"train", folder_.Write("c.yaml", "just a text\n")}, kInputError, {"c.yaml", "not a mapping"});
  ExpectError({"train", folder_.Write("c.yaml", "run_folder: run\n")}, kInputError,
              {"c.yaml", "photos.folders", "labelled.files"});
}

TEST_F(Train, NamesDataThatIsNotThere) {
  ExpectError({"train", Config(2), "--data-root", folder_ / "none"}, kInputError, {"made_up/annotations.json"});
}

}  // namespace
}  // namespace kpt::cli_testing
