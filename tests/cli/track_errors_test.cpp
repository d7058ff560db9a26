// `kpt track` where something is wrong: one line that names the file and what to do, and the exit code of its kind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "program.h"
#include "samples.h"

namespace kpt::cli_testing {
namespace {

using ::testing::HasSubstr;

constexpr int kUsage = 2, kInputError = 3, kModelError = 4, kPipelineError = 5;

/// Everything a run needs, all of it sound; each test spoils one thing.
class TrackErrors : public ::testing::Test {
 protected:
  std::vector<std::string> Arguments(const std::string &input, const std::vector<std::string> &more = {}) const {
    const Folder &shared = SharedFolder();
    std::vector<std::string> arguments = {"track", input};
    const auto add_unless_given = [&](const std::string &option, const std::string &value) {
      if (std::find(more.begin(), more.end(), option) == more.end()) arguments.insert(arguments.end(), {option, value});
    };
    add_unless_given("--support", shared / "support.yaml");
    add_unless_given("--model", shared / "net.safetensors");
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  void ExpectInputError(const std::string &input, const std::vector<std::string> &parts) const {
    ExpectError(Arguments(input), kInputError, parts);
  }
  void ExpectErrorWith(const std::vector<std::string> &more, int exit_code,
                       const std::vector<std::string> &parts) const {
    ExpectError(Arguments(SharedFolder() / "clip.mp4", more), exit_code, parts);
  }
  void ExpectSupportError(const std::string &text, const std::vector<std::string> &parts) const {
    const std::string file = folder_.Write("bad.yaml", text);
    std::vector<std::string> all = parts;
    all.push_back("bad.yaml");
    ExpectErrorWith({"--support", file}, kInputError, all);
  }

  const Folder folder_;
};

// ---- the input ----

TEST_F(TrackErrors, AnInputThatIsNotThere) {
  ExpectInputError(folder_ / "none.mp4", {"none.mp4' does not exist", "give a video"});
  ExpectInputError(folder_ / "none%03d.png", {"none%03d.png", "no pictures"});
}

TEST_F(TrackErrors, AnInputThatIsEmpty) {
  ExpectInputError(folder_.Write("empty.mp4", ""), {"empty.mp4' is empty"});
  folder_.Write("folder/notes.txt", "no picture");
  ExpectInputError(folder_ / "folder", {"folder' names no pictures"});
}

TEST_F(TrackErrors, AnInputThatIsNoVideo) {
  ExpectInputError(folder_.Write("text.mp4", "Dear diary, today I am no video."), {"text.mp4", "complete video"});
  ExpectInputError("foo://somewhere/clip", {"foo://somewhere/clip", "Check the address"});
}

TEST_F(TrackErrors, AVideoWithoutItsEnd) {
  const std::string whole = ReadFile(SharedFolder() / "clip.mp4");
  ExpectInputError(folder_.Write("cut.mp4", whole.substr(0, whole.size() / 2)), {"cut.mp4", "complete video"});
}

TEST_F(TrackErrors, AVideoThatStillPlaysToItsCutIsTrackedWithAWarning) {
  const std::string whole = ReadFile(WriteClip(folder_ / "whole.mkv", 60));
  const std::string cut = folder_.Write("cut.mkv", whole.substr(0, whole.size() / 2));
  const Outcome outcome =
      Kpt(Arguments(cut, {"--output", folder_ / "points.jsonl", "--every", "100", "--box", "9,9,60,60"}));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("cut.mkv' ends 1.")) << "of 3 s, about half";
  const std::size_t lines = ReadJsonLines(folder_ / "points.jsonl").size();
  EXPECT_TRUE(lines > 10 && lines < 60) << lines;
}

TEST_F(TrackErrors, APictureThatDoesNotBelong) {
  for (int i = 0; i < 15; ++i) WritePicture(folder_ / ("shots/" + std::to_string(i) + ".png"), i);
  folder_.Write("shots/15.png", "no picture");
  const std::string points = folder_ / "points.jsonl";
  ExpectError(Arguments(folder_ / "shots", {"--output", points}), kInputError,
              {"15.png", "not a picture", "15 frames before"});
  EXPECT_EQ(ReadJsonLines(points).size(), 16U);
}

TEST_F(TrackErrors, VerboseAddsWhatTheLibrarySays) {
  const Outcome outcome = Kpt(Arguments(folder_.Write("text.mp4", "no video"), {"--verbose"}));
  EXPECT_EQ(outcome.exit_code, kInputError);
  EXPECT_THAT(outcome.err, HasSubstr("text.mp4' cannot be read"));
  EXPECT_THAT(outcome.err, HasSubstr("gst_type_find_element")) << "where GStreamer failed";
}

// ---- the support file ----

TEST_F(TrackErrors, ASupportFileThatIsNotThere) {
  ExpectErrorWith({"--support", folder_ / "none.yaml"}, kInputError, {"support file", "none.yaml' does not exist"});
  ExpectErrorWith({"--support", folder_ / "."}, kInputError, {"support file", "' is a folder; give a file."});
  ExpectErrorWith({"--support", "/dev/zero"}, kInputError, {"support file '/dev/zero' is a device or a pipe"});
}

TEST_F(TrackErrors, ASupportFileThatCannotBeRead) {
  ExpectSupportError("", {"is empty"});
  ExpectSupportError("category: [thing\nkeypoints: x\n", {"bad.yaml:", "not valid YAML"});
  ExpectErrorWith({"--support", SharedFolder() / "clip.mp4"}, kInputError, {"clip.mp4", "text file"});
}

TEST_F(TrackErrors, ASupportFileThatContradictsItself) {
  const std::string start = "category: thing\nkeypoints: [a, b, c]\nshots:\n";
  ExpectSupportError("category: thing\nshots: []\n", {"keypoints", "missing"});
  ExpectSupportError(start + "  - image: none.png\n    points: {a: [1, 2]}\n",
                     {"shots[0]", "none.png' does not exist", "relative to its folder"});
  ExpectSupportError(start + "  - image: x.png\n    points: {nose: [1, 2]}\n",
                     {"bad.yaml:5", "nose", "known are a, b, c"});
  ExpectErrorWith({"--category", "mouse"}, kInputError, {"support.yaml", "'thing'", "'mouse'"});
}

// ---- the network ----

TEST_F(TrackErrors, WeightsThatCannotBeUsed) {
  ExpectErrorWith({"--model", folder_ / "none.safetensors"}, kModelError,
                  {"weights file", "none.safetensors' does not exist"});
  const std::string whole = ReadFile(SharedFolder() / "net.safetensors");
  ExpectErrorWith({"--model", folder_.Write("cut.safetensors", whole.substr(0, whole.size() / 2))}, kModelError,
                  {"cut.safetensors"});
}

TEST_F(TrackErrors, ADeviceThatIsNotThere) {
  ExpectErrorWith({"--device", "cuda:99"}, kModelError, {"device", "'cuda:99'", "auto"});
  ExpectErrorWith({"--device", "gpu"}, kUsage, {"--device", "'gpu'", "auto, cpu, cuda"});
}

// ---- the options ----

TEST_F(TrackErrors, BoxesThatCannotBe) {
  for (const char *box : {"1,2,3", "nan,1,9,9", "1,2,9,1e30"}) {
    ExpectErrorWith({"--box", box}, kUsage, {"--box", box, "x,y,width,height"});
  }
  ExpectErrorWith({"--box", "1,2,9,9", "--box", "9,9,9,9"}, kUsage, {"--box", "2 times", "--instances is 1"});
  ExpectErrorWith({"--box", "500,500,20,20"}, kInputError, {"--box: the box 500,500,20,20 lies outside", "96x80"});
  ExpectErrorWith({"--box", "1e9,1,20,20"}, kInputError, {"--box: the box 1e+09,1,20,20 lies outside"});
  ExpectErrorWith({"--config", folder_.Write("c.yaml", "initial-boxes: 500,500,20,20\n")}, kInputError,
                  {"initial-boxes: the box 500,500,20,20 lies outside"});
}

TEST_F(TrackErrors, AConfigurationThatIsWrong) {
  ExpectErrorWith({"--config", folder_ / "none.yaml"}, kInputError, {"configuration file", "none.yaml"});
  ExpectErrorWith({"--config", folder_.Write("c.yaml", "smoothness: 3\n")}, kInputError, {"c.yaml:1", "smoothness"});
}

// ---- the output ----

TEST_F(TrackErrors, AnOutputOfAnUnknownKind) {
  ExpectErrorWith({"--output", folder_ / "points.txt"}, kUsage, {"--output", "points.txt", ".jsonl, .csv or .json"});
  ExpectErrorWith({"--output", ""}, kUsage, {"--output", "a file name"});
  ExpectErrorWith({"--overlay", folder_ / "video.avi"}, kUsage, {"--overlay", "video.avi", ".mp4, .mov or .mkv"});
}

TEST_F(TrackErrors, AnOutputThatCannotBeWritten) {
  ExpectErrorWith({"--output", folder_ / "none/points.json"}, kPipelineError, {"--output", "points.json", "no folder"});
  ExpectErrorWith({"--overlay", folder_ / "none/video.mp4"}, kPipelineError, {"--overlay", "video.mp4", "no folder"});
  folder_.Write("points.csv/file", "");
  ExpectErrorWith({"--output", folder_ / "points.csv"}, kPipelineError, {"points.csv", "is a folder"});
}

TEST_F(TrackErrors, ADiskThatIsFull) {
  std::filesystem::create_symlink("/dev/full", folder_ / "points.jsonl");
  std::filesystem::create_symlink("/dev/full", folder_ / "video.mp4");
  ExpectErrorWith({"--output", folder_ / "points.jsonl"}, kPipelineError, {"points.jsonl", "No space left"});
  ExpectErrorWith({"--overlay", folder_ / "video.mp4"}, kPipelineError, {"video.mp4", "No space left"});
}

TEST_F(TrackErrors, OldResultsAreKeptWhereNothingWasTracked) {
  const std::string clip = SharedFolder() / "clip.mp4";
  const std::string support = ReadFile(SharedFolder() / "support.yaml");
  const std::string cut = folder_.Write("cut.yaml", support.substr(0, support.size() / 2));
  const std::string text = folder_.Write("text.mp4", "Dear diary, today I am no video.");
  for (const char *name : {"points.jsonl", "points.csv", "points.json"}) {
    const std::string points = folder_.Write(name, "of the last run");
    ExpectError(Arguments(clip, {"--output", points, "--support", cut}), kInputError, {"cut.yaml"});
    ExpectError(Arguments(text, {"--output", points}), kInputError, {"text.mp4"});
    ExpectError(Arguments(clip, {"--output", points, "--device", "cuda:99"}), kModelError, {"cuda:99"});
    ExpectError(Arguments(clip, {"--output", points, "--box", "500,500,20,20"}), kInputError, {"500,500,20,20"});
    EXPECT_EQ(ReadFile(points), "of the last run") << name;
  }
}

TEST_F(TrackErrors, AnOutputThatWouldDestroyAnInput) {
  const std::string clip = WriteClip(folder_ / "clip.mp4", 2);
  const std::string before = ReadFile(clip);
  ExpectError(Arguments(clip, {"--overlay", folder_ / "./clip.mp4"}), kUsage, {"--overlay", "is an input"});
  EXPECT_EQ(ReadFile(clip), before);
}

}  // namespace
}  // namespace kpt::cli_testing
