// Support files of all three kinds, good and bad.
#include "kpt/support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>

#include <filesystem>
#include <fstream>

namespace kpt {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Support : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("kpt_support_" + std::to_string(::getpid()));
    fs::create_directories(folder_ / "labeled-data" / "clip");
    Picture("a.png", 100, 80);
    Picture("b.png", 60, 60);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void Picture(const std::string &name, int width, int height) {
    ASSERT_TRUE(cv::imwrite((folder_ / name).string(), cv::Mat(height, width, CV_8UC3, cv::Scalar(10, 20, 30))));
  }
  std::string Write(const std::string &name, const std::string &text) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  static Result<SupportSet> Load(const std::string &file, const std::string &category = "", int shots = 0) {
    return LoadSupport({file, category, shots});
  }
  /// The error of a file with this text.
  Status ErrorOf(const std::string &name, const std::string &text) {
    const auto loaded = Load(Write(name, text));
    EXPECT_FALSE(loaded.ok()) << text;
    return loaded.status();
  }
  std::string YamlError(const std::string &text) {
    const Status status = ErrorOf("support.yaml", text);
    EXPECT_EQ(status.code(), ErrorCode::kSupport) << status.message();
    EXPECT_THAT(status.message(), HasSubstr("support.yaml"));
    return status.message();
  }
  std::string YamlShotError(const std::string &shot) {
    return YamlError("category: mouse\nkeypoints: [nose, ear, tail]\nshots:\n  - " + shot + "\n");
  }

  fs::path folder_;
};

constexpr char kGood[] = R"(category: mouse
keypoints: [nose, ear, tail]
skeleton: [[nose, ear], [tail, nose]]
shots:
  - image: a.png
    box: [10, 5, 50, 40]
    points: {nose: [12.5, 8], tail: [50, 40.25]}
  - image: b.png
    points: {nose: [10, 10], ear: [20, 10], tail: [10, 50]}
)";

TEST_F(Support, Yaml) {
  const auto loaded = Load(Write("support.yaml", kGood));
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const SupportSet &set = loaded.value();
  EXPECT_EQ(set.category, "mouse");
  EXPECT_THAT(set.keypoint_names, ElementsAre("nose", "ear", "tail"));
  EXPECT_THAT(set.skeleton, ElementsAre(Link{0, 1}, Link{2, 0}));
  EXPECT_THAT(set.warnings, IsEmpty());
  ASSERT_EQ(set.shots.size(), 2U);
  const SupportShot &first = set.shots[0];
  EXPECT_EQ(first.source, "a.png");
  EXPECT_EQ(first.image.width, 100);
  EXPECT_EQ(first.image.pixels.size(), 100U * 80 * 3);
  EXPECT_EQ(first.image.pixels[0], 30) << "RGB";
  EXPECT_EQ(first.visible, (std::vector<bool>{true, false, true}));
  EXPECT_EQ(first.points[2].y, 40.25F);
  EXPECT_EQ(first.box.width, 50);
}

TEST_F(Support, TheDefaultBoxIsTheHullPlusATenthOfItsLongerSide) {
  const auto loaded = Load(Write("support.yaml", kGood));
  ASSERT_TRUE(loaded.ok());
  const Box box = loaded.value().shots[1].box;
  EXPECT_FLOAT_EQ(box.x, 10 - 4);
  EXPECT_FLOAT_EQ(box.y, 10 - 4);
  EXPECT_FLOAT_EQ(box.width, 10 + 8);
  EXPECT_FLOAT_EQ(box.height, 40 + 8);
}

TEST_F(Support, ShotsCanBeLimited) {
  const std::string file = Write("support.yaml", kGood);
  EXPECT_EQ(Load(file, "", 1).value().shots.size(), 1U);
  EXPECT_EQ(Load(file, "mouse", 7).value().shots.size(), 2U);
  EXPECT_EQ(Load(file, "", -1).status().code(), ErrorCode::kInvalidArgument);
}

TEST_F(Support, ManyShotsGiveAWarningAndHundredsAnError) {
  const auto with = [&](int count) {
    std::string text = "category: m\nkeypoints: [p, q]\nshots:\n";
    for (int i = 0; i < count; ++i) text += "  - {image: b.png, points: {p: [1, 1], q: [30, 40]}}\n";
    return Load(Write("support.yaml", text));
  };
  EXPECT_THAT(with(10).value().warnings, IsEmpty());
  EXPECT_THAT(with(11).value().warnings, ElementsAre(HasSubstr("11 shots")));
  EXPECT_THAT(with(201).status().message(), HasSubstr("support-shots"));
}

TEST_F(Support, YamlWithBracesIsYaml) {
  const auto loaded = Load(Write(
      "support.txt", "{category: m, keypoints: [p, q], shots: [{image: a.png, points: {p: [1, 2], q: [60, 50]}}]}"));
  EXPECT_TRUE(loaded.ok()) << loaded.status().message();
}

TEST_F(Support, MissingFilesAreNotFound) {
  EXPECT_EQ(Load((folder_ / "none.yaml").string()).status().code(), ErrorCode::kNotFound);
  const Status status =
      ErrorOf("support.yaml", "category: m\nkeypoints: [p]\nshots:\n  - {image: c.png, points: {p: [1, 2]}}\n");
  EXPECT_EQ(status.code(), ErrorCode::kNotFound);
  EXPECT_THAT(status.message(), AllOf(HasSubstr("support.yaml:4: shots[0]"), HasSubstr("c.png' does not exist"),
                                      HasSubstr("Paths in a support file are relative to its folder.")));
}

TEST_F(Support, WhatIsNoFileSaysWhatItIs) {
  const std::string pipe = (folder_ / "pipe").string(), loop = (folder_ / "loop").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  fs::create_symlink(loop, loop);
  for (const auto &[path, text] :
       {std::pair(folder_.string(), "is a folder; give a file."),
        std::pair(pipe, "is a device or a pipe; give a regular file."),
        std::pair(std::string("/dev/zero"), "is a device or a pipe"), std::pair(loop, "cannot be read: ")}) {
    const Status status = Load(path).status();
    EXPECT_EQ(status.code(), ErrorCode::kSupport);
    EXPECT_THAT(status.message(), HasSubstr("'" + path + "' " + text));
    EXPECT_THAT(YamlShotError("{image: " + path + ", points: {nose: [1, 2]}}"), HasSubstr("'" + path + "' " + text));
  }
}

TEST_F(Support, YamlMistakesAreNamedWithLineAndField) {
  EXPECT_THAT(YamlError(""), HasSubstr("empty"));
  EXPECT_THAT(YamlError("just text"), HasSubstr("no support file"));
  EXPECT_THAT(YamlError("category: [unclosed"), HasSubstr("not valid YAML"));
  EXPECT_THAT(YamlError("keypoints: [p]\nshots: []\n"), HasSubstr("category: is missing"));
  EXPECT_THAT(YamlError("category: m\nshots: []\n"), HasSubstr("keypoints: is missing"));
  EXPECT_THAT(YamlError("category: m\nkeypoints: [p]\n"), HasSubstr("shots: is missing"));
  EXPECT_THAT(YamlError("category: m\nkeypoints: []\nshots: []\n"), HasSubstr("support.yaml:2: keypoints"));
  EXPECT_THAT(YamlError("category: m\nkeypoints: [p, q, p]\nshots: []\n"), HasSubstr("'p' twice"));
  EXPECT_THAT(YamlError("category: m\nkeypoints: [p]\nshots: []\n"), HasSubstr("no shot"));
  EXPECT_THAT(YamlError("category: m\nkeypionts: [p]\nshots: []\n"), AllOf(HasSubstr(":2:"), HasSubstr("'keypionts'")));
  EXPECT_THAT(YamlError("category: m\ncategory: n\nkeypoints: [p]\nshots: []\n"), HasSubstr("'category' twice"));
  EXPECT_THAT(YamlError("category: m\nkeypoints: [p, q]\nskeleton:\n - [p, r]\nshots: []\n"),
              AllOf(HasSubstr("support.yaml:4: skeleton[0]"), HasSubstr("'r'"), HasSubstr("p, q")));
  EXPECT_THAT(YamlError("category: m\nkeypoints: [p, q]\nskeleton: [[p, p]]\nshots: []\n"), HasSubstr("itself"));
  EXPECT_THAT(YamlError("category: m\nkeypoints: [p, q]\nskeleton: [[p]]\nshots: []\n"), HasSubstr("pair"));
}

TEST_F(Support, ShotMistakesAreNamedWithLineAndField) {
  EXPECT_THAT(YamlShotError("points: {nose: [1, 2]}"), HasSubstr("support.yaml:4: shots[0]: needs either image"));
  EXPECT_THAT(YamlShotError("{image: a.png, video: c.mp4, frame: 1, points: {nose: [1, 2]}}"), HasSubstr("either"));
  EXPECT_THAT(YamlShotError("{image: a.png, frame: 1, points: {nose: [1, 2]}}"), HasSubstr("frame"));
  EXPECT_THAT(YamlShotError("{video: c.mp4, points: {nose: [1, 2]}}"), HasSubstr("frame: is missing"));
  EXPECT_THAT(YamlShotError("{video: c.mp4, frame: -3, points: {nose: [1, 2]}}"), HasSubstr("frame number"));
  EXPECT_THAT(YamlShotError("{image: a.png}"), HasSubstr("shots[0].points: is missing"));
  EXPECT_THAT(YamlShotError("{image: a.png, points: {nose: [1, 2], paw: [3, 4]}}"),
              AllOf(HasSubstr("support.yaml:4: points.paw"), HasSubstr("nose, ear, tail")));
  EXPECT_THAT(YamlShotError("{image: a.png, points: {nose: [1, 2], nose: [3, 4]}}"), HasSubstr("twice"));
  EXPECT_THAT(YamlShotError("{image: a.png, points: {nose: [.nan, 2]}}"), HasSubstr("points.nose[0]"));
  EXPECT_THAT(YamlShotError("{image: a.png, points: {nose: [.inf, 2]}}"), HasSubstr("no possible value"));
  EXPECT_THAT(YamlShotError("{image: a.png, points: {nose: [1e300, 2]}}"), HasSubstr("no possible value"));
  EXPECT_THAT(YamlShotError("{image: a.png, points: {nose: [x, 2]}}"), HasSubstr("not a number"));
  EXPECT_THAT(YamlShotError("{image: a.png, points: {nose: [1]}}"), HasSubstr("[x, y]"));
  EXPECT_THAT(YamlShotError("{image: a.png, points: {}}"), HasSubstr("no point is visible"));
  EXPECT_THAT(YamlShotError("{image: a.png, points: {nose: [500, 20]}}"), HasSubstr("no point is visible"));
  EXPECT_THAT(YamlShotError("{image: a.png, points: {nose: [50, 20]}}"), HasSubstr("box: is needed"));
  EXPECT_THAT(YamlShotError("{image: a.png, box: [1, 2, 3], points: {nose: [1, 2]}}"), HasSubstr("width, height"));
  EXPECT_THAT(YamlShotError("{image: a.png, box: [1, 2, 0, 5], points: {nose: [1, 2]}}"), HasSubstr("above 0"));
  EXPECT_THAT(YamlShotError("{image: a.png, box: [0, 0, 1e9, 1e9], points: {nose: [1, 2]}}"),
              HasSubstr("box[2]: is no possible value: 1e9; pixels go from -1000000 to 1000000."));
  EXPECT_THAT(YamlShotError("{image: a.png, box: [0, 0, 90000, 5], points: {nose: [1, 2]}}"), HasSubstr("far larger"));
  EXPECT_THAT(YamlShotError("{image: a.png, box: [60, 60, 10, 10], points: {nose: [1, 2]}}"), HasSubstr("holds none"));
  EXPECT_THAT(YamlShotError("{image: support.yaml, points: {nose: [1, 2]}}"), HasSubstr("not a picture"));
}

TEST_F(Support, APointOutsideThePictureIsAWarning) {
  const auto loaded = Load(Write("support.yaml",
                                 "category: m\nkeypoints: [p, q, r]\nshots:\n"
                                 "  - {image: a.png, points: {p: [1, 1], q: [50, 50], r: [-20, 3]}}\n"));
  ASSERT_TRUE(loaded.ok());
  EXPECT_THAT(loaded.value().warnings, ElementsAre(HasSubstr("point r lies outside")));
  EXPECT_FALSE(loaded.value().shots[0].visible[2]);
}

TEST_F(Support, ARepeatedLinkIsAWarning) {
  const auto loaded = Load(Write("support.yaml",
                                 "category: m\nkeypoints: [p, q]\nskeleton: [[p, q], [q, p]]\nshots:\n"
                                 "  - {image: a.png, points: {p: [1, 1], q: [50, 50]}}\n"));
  ASSERT_TRUE(loaded.ok());
  EXPECT_THAT(loaded.value().skeleton, ElementsAre(Link{0, 1}));
  EXPECT_EQ(loaded.value().warnings.size(), 1U);
}

TEST_F(Support, AnotherCategoryThanAskedForIsAnError) {
  const auto loaded = Load(Write("support.yaml", kGood), "cat");
  EXPECT_EQ(loaded.status().code(), ErrorCode::kSupport);
  EXPECT_THAT(loaded.status().message(), AllOf(HasSubstr("'mouse'"), HasSubstr("'cat'")));
}

TEST_F(Support, FramesOfAVideo) {
  cv::VideoWriter writer((folder_ / "clip.avi").string(), cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 10, {64, 48});
  if (!writer.isOpened()) GTEST_SKIP() << "no encoder for the test's clip";
  for (int i = 0; i < 5; ++i) writer.write(cv::Mat(48, 64, CV_8UC3, cv::Scalar::all(40 * i)));
  writer.release();
  const std::string head = "category: m\nkeypoints: [p, q]\nshots:\n";
  const auto shot = [](int frame) {
    return "  - {video: clip.avi, frame: " + std::to_string(frame) + ", points: {p: [1, 1], q: [50, 40]}}\n";
  };
  const auto loaded = Load(Write("support.yaml", head + shot(3) + shot(1)));
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_NEAR(loaded.value().shots[0].image.pixels[0], 120, 6);
  EXPECT_NEAR(loaded.value().shots[1].image.pixels[0], 40, 6);
  EXPECT_EQ(loaded.value().shots[0].source, "clip.avi frame 3");
  EXPECT_THAT(YamlError(head + shot(99)), HasSubstr("99"));
}

constexpr char kCoco[] = R"({"images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"}],
 "categories": [{"id": 7, "name": "mouse", "keypoints": ["nose", "tail"], "skeleton": [[1, 2]]},
                {"id": 8, "name": "cup", "keypoints": ["rim"], "skeleton": []}],
 "annotations": [
  {"id": 5, "image_id": 2, "category_id": 7, "bbox": [1, 2, 30, 40], "keypoints": [3, 4, 2, 20, 30, 1]},
  {"id": 4, "image_id": 1, "category_id": 7, "keypoints": [50, 60, 2, 90, 70, 2]},
  {"id": 6, "image_id": 1, "category_id": 7, "keypoints": [0, 0, 0, 0, 0, 0]},
  {"id": 9, "image_id": 1, "category_id": 8, "bbox": [1, 2, 30, 40], "keypoints": [3, 4, 2]}]})";

TEST_F(Support, Coco) {
  const auto loaded = Load(Write("annotations.json", kCoco), "mouse");
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const SupportSet &set = loaded.value();
  EXPECT_THAT(set.keypoint_names, ElementsAre("nose", "tail"));
  EXPECT_THAT(set.skeleton, ElementsAre(Link{0, 1}));
  ASSERT_EQ(set.shots.size(), 2U);
  EXPECT_EQ(set.shots[0].source, "a.png") << "in the order of ids";
  EXPECT_FLOAT_EQ(set.shots[0].box.x, 46) << "no bbox: the hull";
  EXPECT_FLOAT_EQ(set.shots[1].box.width, 30);
  EXPECT_THAT(set.warnings, ElementsAre(HasSubstr("1 annotation(s)")));
}

TEST_F(Support, CocoMistakes) {
  const std::string file = Write("annotations.json", kCoco);
  EXPECT_THAT(Load(file).status().message(), AllOf(HasSubstr("several"), HasSubstr("mouse, cup")));
  EXPECT_THAT(Load(file, "dog").status().message(), AllOf(HasSubstr("'dog'"), HasSubstr("mouse, cup")));
  const auto changed = [&](const std::string &from, const std::string &to) {
    std::string text = kCoco;
    text.replace(text.find(from), from.size(), to);
    const auto loaded = Load(Write("bad.json", text), "mouse");
    EXPECT_FALSE(loaded.ok()) << to;
    EXPECT_THAT(loaded.status().message(), HasSubstr("bad.json"));
    return loaded.status();
  };
  EXPECT_EQ(changed("a.png", "c.png").code(), ErrorCode::kNotFound);
  EXPECT_EQ(changed("\"image_id\": 2", "\"image_id\": 3").code(), ErrorCode::kSupport);
  EXPECT_THAT(changed("[3, 4, 2, 20", "[3, 4, 2, \"x\"").message(), HasSubstr("annotations[0].keypoints"));
  EXPECT_THAT(changed("[3, 4, 2, 20, 30, 1]", "[3, 4, 2]").message(), HasSubstr("annotations[0].keypoints"));
  EXPECT_THAT(changed("[[1, 2]]", "[[1, 9]]").message(), HasSubstr("skeleton"));
  EXPECT_THAT(changed("\"tail\"]", "\"nose\"]").message(), HasSubstr("twice"));
  EXPECT_THAT(changed("b.png", "b.mp4").message(), HasSubstr("frame_index"));
}

TEST_F(Support, CocoTruncated) {
  const std::string text(kCoco);
  const Status status = ErrorOf("annotations.json", text.substr(0, text.size() - 40));
  EXPECT_EQ(status.code(), ErrorCode::kSupport);
  EXPECT_THAT(status.message(), HasSubstr("not valid JSON"));
}

constexpr char kDlc[] =
    "scorer,me,me,me,me\n"
    "bodyparts,nose,nose,tail,tail\n"
    "coords,x,y,x,y\n"
    "labeled-data/clip/img1.png,10.5,20,40,50\n"
    "labeled-data/clip/img2.png,12,22,,\n"
    "labeled-data/clip/img3.png,,,,\n";

TEST_F(Support, DeepLabCut) {
  Picture("labeled-data/clip/img1.png", 80, 60);
  Picture("labeled-data/clip/img2.png", 80, 60);
  Write("config.yaml", "Task: running\nskeleton:\n- - nose\n  - tail\n- - nose\n  - objectA\n");
  std::string text = kDlc;
  text.replace(text.find("12,22,,"), 7, "12,22,30,41");
  for (const std::string &name :
       {std::string("labeled-data/clip/CollectedData_me.csv"), std::string("CollectedData_me.csv")}) {
    const auto loaded = Load(Write(name, text));
    ASSERT_TRUE(loaded.ok()) << loaded.status().message();
    EXPECT_EQ(loaded.value().category, "running");
    EXPECT_THAT(loaded.value().keypoint_names, ElementsAre("nose", "tail"));
    EXPECT_THAT(loaded.value().skeleton, ElementsAre(Link{0, 1}));
    EXPECT_THAT(loaded.value().warnings, ElementsAre(HasSubstr("objectA")));
    ASSERT_EQ(loaded.value().shots.size(), 2U) << "a row without points is no shot";
    EXPECT_FLOAT_EQ(loaded.value().shots[0].points[0].x, 10.5F);
  }
}

TEST_F(Support, DeepLabCutWithIndividualsAndPathColumns) {
  Picture("labeled-data/clip/img1.png", 80, 60);
  const auto loaded = Load(Write("CollectedData_me.csv",
                                 "scorer,,,me,me,me,me,me,me,me,me,me,me\r\n"
                                 "individuals,,,a,a,a,a,b,b,b,b,single,single\r\n"
                                 "bodyparts,,,nose,nose,tail,tail,nose,nose,tail,tail,door,door\r\n"
                                 "coords,,,x,y,x,y,x,y,x,y,x,y\r\n"
                                 "labeled-data,clip,img1.png,1,2,30,40,11,12,50,NaN,3,3\r\n"));
  EXPECT_THAT(loaded.status().message(), HasSubstr("CollectedData_me.csv:5: tail: has only one of x and y"));
  const auto good = Load(Write("CollectedData_me.csv",
                               "scorer,,,me,me,me,me,me,me,me,me,me,me\r\n"
                               "individuals,,,a,a,a,a,b,b,b,b,single,single\r\n"
                               "bodyparts,,,nose,nose,tail,tail,nose,nose,tail,tail,door,door\r\n"
                               "coords,,,x,y,x,y,x,y,x,y,x,y\r\n"
                               "labeled-data,clip,img1.png,1,2,30,40,11,12,50,42,3,3\r\n"));
  ASSERT_TRUE(good.ok()) << good.status().message();
  EXPECT_EQ(good.value().shots.size(), 2U);
  EXPECT_EQ(good.value().category, "object");
  EXPECT_THAT(good.value().keypoint_names, ElementsAre("nose", "tail"));
  EXPECT_THAT(good.value().warnings, ElementsAre(HasSubstr("single")));
}

TEST_F(Support, DeepLabCutMistakes) {
  const auto changed = [&](const std::string &from, const std::string &to) {
    std::string text = kDlc;
    text.replace(text.find(from), from.size(), to);
    const Status status = ErrorOf("CollectedData_me.csv", text);
    EXPECT_THAT(status.message(), HasSubstr("CollectedData_me.csv"));
    return status.message();
  };
  Picture("labeled-data/clip/img1.png", 80, 60);
  EXPECT_THAT(changed("bodyparts,", "bodypart,"), HasSubstr(":2: expected the row 'bodyparts'"));
  EXPECT_THAT(changed("coords,x,y,x,y", "coords,x,y,x"), HasSubstr(":3"));
  EXPECT_THAT(changed("coords,x,y,x,y", "coords,x,y,likelihood,x"), HasSubstr("coords"));
  EXPECT_THAT(changed("nose,nose,tail,tail", "nose,nose,nose,nose"), HasSubstr("'nose' twice"));
  EXPECT_THAT(changed("10.5,20,40,50", "10.5,20,40"), HasSubstr(":4: has 4 cells"));
  EXPECT_THAT(changed("10.5,20", "ten,20"), HasSubstr(":4: nose.x: 'ten'"));
  EXPECT_THAT(changed("10.5,20", "1e99,20"), HasSubstr("no coordinate; pixels go from -1000000 to 1000000."));
  EXPECT_THAT(changed("img1.png", "img9.png"), HasSubstr("img9.png"));
  EXPECT_THAT(ErrorOf("CollectedData_me.csv", "scorer,").message(), HasSubstr("bodyparts"));
  Write("config.yaml", "skeleton: [unclosed");
  EXPECT_THAT(ErrorOf("CollectedData_me.csv", kDlc).message(), HasSubstr("config.yaml"));
}

TEST_F(Support, TruncatedAndRandomFilesAreErrorsNotCrashes) {
  std::uint32_t random = 1;
  for (const std::string &text : {std::string(kGood), std::string(kCoco), std::string(kDlc)}) {
    for (int i = 0; i < 150; ++i) {
      std::string broken = text.substr(0, (random >> 8) % text.size());
      for (int changes = 0; changes < i % 4 && !broken.empty(); ++changes) {
        random = random * 1664525 + 1013904223;
        broken[(random >> 8) % broken.size()] = static_cast<char>(random >> 24);
      }
      random = random * 1664525 + 1013904223;
      const auto loaded = Load(Write("broken", broken), "mouse");
      if (loaded.ok()) continue;
      EXPECT_NE(loaded.status().code(), ErrorCode::kInternal) << loaded.status().message() << "\n" << broken;
    }
  }
  EXPECT_FALSE(Load(Write("broken", std::string(100000, '['))).ok());
  EXPECT_FALSE(Load(Write("broken", "{\"annotations\"" + std::string(100000, '['))).ok());
}

TEST_F(Support, TheProjectsOwnDataLoads) {
  const std::string folder = std::string(KPT_SHARED_DIR) + "/data";
  if (!fs::exists(folder)) GTEST_SKIP() << "no " << folder;
  const auto mouse = Load(folder + "/mirror_mouse/annotations.json", "", 3);
  ASSERT_TRUE(mouse.ok()) << mouse.status().message();
  EXPECT_EQ(mouse.value().keypoint_names.size(), 17U);
  EXPECT_EQ(mouse.value().shots.size(), 3U);
  const auto fly = Load(folder + "/sleap_flies/annotations.json", "fly_13", 1);
  ASSERT_TRUE(fly.ok()) << fly.status().message();
  EXPECT_EQ(fly.value().shots[0].image.width, 1024);
}

}  // namespace
}  // namespace kpt
