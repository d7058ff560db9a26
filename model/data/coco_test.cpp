// The COCO reader on what users and attackers write.
#include "kpt/data/coco.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "kpt/base/error.h"

namespace kpt::data {
namespace {

const char kGood[] = R"({"categories": [{"id": 1, "name": "fly", "keypoints": ["head", "tail"], "skeleton": [[1, 2]]}],
  "images": [{"id": 5, "file_name": "clip.mp4", "frame_index": 7, "width": 64, "height": 48}],
  "annotations": [{"id": 9, "image_id": 5, "category_id": 1, "bbox": [1, 2, 30, 40], "keypoints": [3.5, 4, 2, 0, 0, 0], "track": 1}],
  "videos": [{"id": 1, "name": "clip", "file": "clip.mp4", "num_frames": 10, "fps": 25.0, "unlabelled": true}]})";

class CocoTest : public ::testing::Test {
 protected:
  void SetUp() override { path_ = (std::filesystem::temp_directory_path() / ("kpt_coco_test_" + std::to_string(getpid()) + ".json")).string(); }
  void TearDown() override { std::filesystem::remove(path_); }

  CocoFile Read(const std::string &text) {
    std::ofstream(path_) << text;
    return ReadCoco(path_);
  }

  /// The error after replacing `from` by `to` in the good file.
  std::string ErrorWith(const std::string &from, const std::string &to) {
    std::string text = kGood;
    const auto at = text.find(from);
    if (at == std::string::npos) return "the test replaces nothing";
    text.replace(at, from.size(), to);
    try {
      Read(text);
    } catch (const Error &error) {
      EXPECT_NE(std::string(error.what()).find(path_), std::string::npos);
      return error.what();
    }
    return "no error";
  }

  std::string path_;
};

TEST_F(CocoTest, ReadsEverything) {
  const CocoFile file = Read(kGood);
  EXPECT_EQ(file.Category(1).skeleton, (std::vector<Link>{{0, 1}}));
  EXPECT_EQ(file.Image(5).frame_index, 7);
  ASSERT_EQ(file.annotations.size(), 1U);
  EXPECT_FLOAT_EQ(file.annotations[0].points[0].x, 3.5F);
  EXPECT_EQ(file.annotations[0].visible, (std::vector<bool>{true, false}));
  EXPECT_EQ(file.annotations[0].track, 1);
  EXPECT_TRUE(file.videos[0].unlabelled);
}

TEST_F(CocoTest, MistakesAreNamed) {
  const std::tuple<const char *, const char *, const char *> mistakes[] = {
      {"[3.5, 4, 2, 0, 0, 0]", "[3.5, 4, 2]", "annotations[0].keypoints"},
      {"[3.5, 4, 2, 0, 0, 0]", "[3.5, 1e300, 2, 0, 0, 0]", "annotations[0].keypoints"},
      {"[3.5, 4, 2, 0, 0, 0]", "\"all\"", "annotations[0].keypoints"},
      {"[[1, 2]]", "[[1, 3]]", "categories[0].skeleton"},
      {"[[1, 2]]", "[[0, 1]]", "categories[0].skeleton"},
      {"[\"head\", \"tail\"]", "[]", "categories[0].keypoints"},
      {"\"image_id\": 5", "\"image_id\": 6", "annotations[0].image_id"},
      {"\"category_id\": 1", "\"category_id\": 2", "annotations[0].category_id"},
      {"[1, 2, 30, 40]", "[1, 2, -30, 40]", "annotations[0].bbox"},
      {"\"frame_index\": 7", "\"frame_index\": -1", "images[0].frame_index"},
      {"\"width\": 64", "\"width\": 1e18", "images[0].width"},
      {"\"file_name\": \"clip.mp4\", ", "", "images[0].file_name"},
      {"\"images\"", "\"pictures\"", "images"},
      {"{\"categories\"", "[{\"categories\"", "JSON"},
  };
  for (const auto &[from, to, expected] : mistakes) {
    EXPECT_NE(ErrorWith(from, to).find(expected), std::string::npos) << to << ": " << ErrorWith(from, to);
  }
}

TEST_F(CocoTest, AMissingFileIsNotFound) {
  try {
    ReadCoco("/nonexistent/annotations.json");
    FAIL();
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
  }
}

}  // namespace
}  // namespace kpt::data
