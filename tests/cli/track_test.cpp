// `kpt track` where all is well: every input, every result file, as docs/formats.md describes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>
#include <sstream>

#include "program.h"
#include "samples.h"

namespace kpt::cli_testing {
namespace {

using ::testing::AnyOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr int kFrames = 12;  // of the shared clip

/// `kpt track INPUT` with the random network, every frame of which counts as tracked.
Outcome Track(const std::string &input, std::vector<std::string> more) {
  const Folder &shared = SharedFolder();
  std::vector<std::string> arguments = {"track",     input,
                                        "--support", shared / "support.yaml",
                                        "--model",   shared / "net.safetensors",
                                        "--config",  shared / "settings.yaml"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  Outcome outcome = Kpt(arguments);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return outcome;
}

std::string Clip() { return SharedFolder() / "clip.mp4"; }

int FramesOf(const std::string &video) {
  cv::VideoCapture capture(video, cv::CAP_FFMPEG);
  int frames = 0;
  while (capture.grab()) ++frames;
  return frames;
}

void ExpectInstance(const json &instance) {
  EXPECT_EQ(instance.at("id"), 1);
  EXPECT_THAT(instance.at("state"), AnyOf("tracked", "searching", "lost"));
  EXPECT_GE(instance.at("confidence"), 0.0);
  EXPECT_LE(instance.at("confidence"), 1.0);
  EXPECT_EQ(instance.at("bbox").size(), 4U);
  ASSERT_EQ(instance.at("keypoints").size(), 3U);
  ASSERT_EQ(instance.at("raw").size(), 3U);
  for (const json &point : instance.at("keypoints")) {
    ASSERT_EQ(point.size(), 4U);
    EXPECT_TRUE(point[0].is_number() && point[1].is_number() && point[2].is_number());
    EXPECT_THAT(point[3], AnyOf("visible", "hidden", "projected", "lost"));
  }
}

TEST(TrackResults, JsonLinesHaveAHeaderAndALineAFrame) {
  const Folder folder;
  const Outcome outcome = Track(Clip(), {"--output", folder / "points.jsonl"});
  EXPECT_THAT(outcome.out, HasSubstr("12 frames"));
  EXPECT_THAT(outcome.out, HasSubstr("points.jsonl"));

  const std::vector<json> lines = ReadJsonLines(folder / "points.jsonl");
  ASSERT_EQ(lines.size(), 1U + kFrames);
  const json &header = lines[0];
  EXPECT_EQ(header.at("type"), "header");
  EXPECT_EQ(header.at("schema"), "keypoints/1");
  EXPECT_THAT(header.at("source").get<std::string>(), EndsWith("clip.mp4"));
  EXPECT_EQ(header.at("width"), kWidth);
  EXPECT_EQ(header.at("height"), kHeight);
  EXPECT_EQ(header.at("fps"), 20);
  EXPECT_EQ(header.at("category"), "thing");
  EXPECT_EQ(header.at("keypoints"), json({"a", "b", "c"}));
  EXPECT_EQ(header.at("skeleton"), json::parse("[[0,1],[1,2]]"));
  EXPECT_EQ(header.at("model"), "net");
  for (int i = 0; i < kFrames; ++i) {
    const json &line = lines[static_cast<std::size_t>(i) + 1];
    EXPECT_EQ(line.at("frame"), i);
    EXPECT_EQ(line.at("pts"), i * 50'000'000LL);
    ASSERT_EQ(line.at("instances").size(), 1U);
    ExpectInstance(line.at("instances")[0]);
  }
}

TEST(TrackResults, CsvIsDeepLabCutsLayout) {
  const Folder folder;
  Track(Clip(), {"--output", folder / "points.csv"});
  std::istringstream text(ReadFile(folder / "points.csv"));
  std::vector<std::string> rows;
  for (std::string row; std::getline(text, row);) rows.push_back(row);
  ASSERT_EQ(rows.size(), 3U + kFrames);
  EXPECT_EQ(rows[0], "scorer,net,net,net,net,net,net,net,net,net");
  EXPECT_EQ(rows[1], "bodyparts,a,a,a,b,b,b,c,c,c");
  EXPECT_EQ(rows[2], "coords,x,y,likelihood,x,y,likelihood,x,y,likelihood");
  for (int i = 0; i < kFrames; ++i) {
    const std::string &row = rows[static_cast<std::size_t>(i) + 3];
    EXPECT_EQ(std::count(row.begin(), row.end(), ','), 9) << row;
    EXPECT_EQ(row.substr(0, row.find(',')), std::to_string(i));
  }
}

TEST(TrackResults, JsonIsCocoKeypoints) {
  const Folder folder;
  Track(Clip(), {"--output", folder / "points.json"});
  const json coco = json::parse(ReadFile(folder / "points.json"));
  ASSERT_EQ(coco.at("images").size(), std::size_t{kFrames});
  ASSERT_EQ(coco.at("annotations").size(), std::size_t{kFrames});
  ASSERT_EQ(coco.at("categories").size(), 1U);
  EXPECT_EQ(coco["categories"][0].at("keypoints"), json({"a", "b", "c"}));
  EXPECT_EQ(coco["categories"][0].at("skeleton"), json::parse("[[1,2],[2,3]]"));
  EXPECT_EQ(coco["images"][4].at("id"), 5);
  for (const json &annotation : coco["annotations"]) {
    EXPECT_EQ(annotation.at("category_id"), coco["categories"][0].at("id"));
    ASSERT_EQ(annotation.at("keypoints").size(), 9U);
    for (const std::size_t v : {2U, 5U, 8U}) EXPECT_THAT(annotation["keypoints"][v], AnyOf(0, 1, 2));
    EXPECT_TRUE(annotation.at("score").is_number());
  }
}

TEST(TrackResults, TheOverlayDecodesAgainFrameByFrame) {
  const Folder folder;
  for (const std::string name : {"overlay.mp4", "overlay.mkv"}) {
    const Outcome outcome = Track(Clip(), {"--overlay", folder / name});
    EXPECT_THAT(outcome.out, HasSubstr(name));
    EXPECT_EQ(FramesOf(folder / name), kFrames) << name;
  }
}

TEST(TrackResults, TheOverlayOfAnOddSizeIsOneThatEveryPlayerShows) {
  const Folder folder;
  const cv::Rect odd(0, 0, kWidth - 1, kHeight - 1);
  for (const int i : {0, 1}) cv::imwrite(folder / ("odd" + std::to_string(i) + ".png"), PictureAt(i)(odd));
  Track(folder / "odd%d.png", {"--overlay", folder / "overlay.mp4"});
  cv::VideoCapture video(folder / "overlay.mp4", cv::CAP_FFMPEG);
  EXPECT_EQ(video.get(cv::CAP_PROP_FRAME_WIDTH), kWidth - 2);
  EXPECT_EQ(video.get(cv::CAP_PROP_FRAME_HEIGHT), kHeight - 2);
  EXPECT_EQ(video.get(cv::CAP_PROP_CODEC_PIXEL_FORMAT), cv::VideoWriter::fourcc('I', '4', '2', '0'));
  EXPECT_EQ(FramesOf(folder / "overlay.mp4"), 2);
}

TEST(TrackResults, NothingIsSaidOnStderrWhereItIsNoTerminal) { EXPECT_EQ(Track(Clip(), {"--device", "cpu"}).err, ""); }

TEST(TrackInput, AFolderIsReadInNaturalOrder) {
  const Folder folder;
  for (const int i : {0, 1, 2, 9, 10, 11}) WritePicture(folder / ("shots/f" + std::to_string(i) + ".png"), i);
  folder.Write("shots/notes.txt", "no picture");
  Track(folder / "shots", {"--output", folder / "points.jsonl"});
  const std::vector<json> lines = ReadJsonLines(folder / "points.jsonl");
  ASSERT_EQ(lines.size(), 7U);
  EXPECT_THAT(lines[0].at("source").get<std::string>(), EndsWith("shots"));
  EXPECT_EQ(lines[0].at("fps"), 30);
  EXPECT_EQ(lines[6].at("frame"), 5);
}

TEST(TrackInput, APatternPicksPictures) {
  const Folder folder;
  for (const int i : {1, 2, 3}) WritePicture(folder / ("left00" + std::to_string(i) + ".png"), i);
  WritePicture(folder / "right001.png", 1);
  for (const std::string pattern : {"left%03d.png", "left*.png"}) {
    Track(folder / pattern, {"--output", folder / "points.jsonl"});
    EXPECT_EQ(ReadJsonLines(folder / "points.jsonl").size(), 4U) << pattern;
  }
}

TEST(TrackInput, OnePictureIsAFrame) {
  const Folder folder;
  Track(WritePicture(folder / "one.png", 3), {"--output", folder / "points.jsonl"});
  EXPECT_EQ(ReadJsonLines(folder / "points.jsonl").size(), 2U);
}

TEST(TrackInput, AFileAddressIsAVideo) {
  const Folder folder;
  Track("file://" + Clip(), {"--output", folder / "points.jsonl"});
  EXPECT_EQ(ReadJsonLines(folder / "points.jsonl").size(), 1U + kFrames);
}

TEST(TrackInput, NamesWithSpacesAndExclamationMarksAreOnlyNames) {
  const Folder folder;
  const std::string clip = WriteClip(folder / "a ! fakesink name=x.mp4", 3);
  Track(clip, {"--output", folder / "b ! c.jsonl", "--overlay", folder / "d ! e.mp4"});
  EXPECT_EQ(ReadJsonLines(folder / "b ! c.jsonl").size(), 4U);
  EXPECT_EQ(FramesOf(folder / "d ! e.mp4"), 3);
}

/// The points of the first frame.
json FirstPoints(const std::string &jsonl) { return ReadJsonLines(jsonl).at(1).at("instances").at(0).at("keypoints"); }

TEST(TrackOptions, TheBoxSaysWhereTheObjectIs) {
  const Folder folder;
  Track(Clip(), {"--box", "2,2,30,30", "--output", folder / "left.jsonl"});
  Track(Clip(), {"--box", "60,40,30,30", "--angle", "90", "--output", folder / "right.jsonl"});
  EXPECT_LT(FirstPoints(folder / "left.jsonl")[0][0], FirstPoints(folder / "right.jsonl")[0][0]);
  Track(Clip(), {"--box", "-5,-5,60,60"});  // may reach over the edge
}

TEST(TrackOptions, EveryNthFrameIsInferredAndTheOthersAreCarried) {
  const Folder folder;
  Track(Clip(), {"--every", "4", "--output", folder / "points.jsonl"});
  const std::vector<json> lines = ReadJsonLines(folder / "points.jsonl");
  int carried = 0;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    carried += lines[i]["instances"][0]["keypoints"][0][3] == "projected" ? 1 : 0;
  }
  EXPECT_GE(carried, 6);
}

TEST(TrackOptions, SettingsComeFromAFileAndPathsInItAreRelativeToIt) {
  const Folder folder;
  WriteSupport(folder);
  WriteTinyNet(folder / "own.safetensors");
  folder.Write("track.yaml", "model-file: own.safetensors\nconfidence-threshold: 0\n");
  const Outcome outcome = Kpt({"track", Clip(), "--support", folder / "support.yaml", "--config", folder / "track.yaml",
                               "--output", folder / "points.jsonl"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(ReadJsonLines(folder / "points.jsonl").at(0).at("model"), "own");
}

TEST(ShippedWeights, AreFoundWithoutBeingNamed) {
  if (!std::filesystem::exists(KPT_SOURCE_DIR "/weights/keypoints-small.safetensors")) GTEST_SKIP() << "no weights";
  const Folder folder;
  const Outcome outcome = Kpt({"track", Clip(), "--support", SharedFolder() / "support.yaml", "--box", "10,6,60,60",
                               "--output", folder / "points.jsonl"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(ReadJsonLines(folder / "points.jsonl").at(0).at("model"), "keypoints-small");
}

}  // namespace
}  // namespace kpt::cli_testing
