// The COCO reader on what users and attackers write.
#include "kpt/data/coco.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "kpt/base/error.h"
#include "kpt/data/recent.h"

namespace kpt::data {
namespace {

const char kGood[] = R"({"categories": [{"id": 1, "name": "fly", "keypoints": ["head", "tail"], "skeleton": [[1, 2]]}],
  "images": [{"id": 5, "file_name": "clip.mp4", "frame_index": 7, "width": 64, "height": 48}],
  "annotations": [{"id": 9, "image_id": 5, "category_id": 1, "bbox": [1, 2, 30, 40], "keypoints": [3.5, 4, 2, 0, 0, 0], "track": 1}],
  "videos": [{"id": 1, "name": "clip", "file": "clip.mp4", "num_frames": 10, "fps": 25.0, "unlabelled": true}]})";

class CocoTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = (std::filesystem::temp_directory_path() / ("kpt_coco_test_" + std::to_string(getpid()) + ".json")).string();
  }
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
      {"[3.5, 4, 2, 0, 0, 0]", "[3.5, 1e300, 2, 0, 0, 0]",
       "annotations[0].keypoints: has an entry that is not a number from -1000000 to 1000000"},
      {"[3.5, 4, 2, 0, 0, 0]", "\"all\"", "annotations[0].keypoints"},
      {"[[1, 2]]", "[[1, 3]]", "categories[0].skeleton"},
      {"[[1, 2]]", "[[0, 2]]", "categories[0].skeleton: has the link [0,2]; indices are different and from 0 to 1"},
      {"[[1, 2]]", "[[1, 1]]", "categories[0].skeleton"},
      {"[\"head\", \"tail\"]", "7", "categories[0].keypoints"},
      {"\"id\": 9", "\"id\": 9223372036854775808", "annotations[0].id"},
      {"\"id\": 9", "\"id\": 1e300", "annotations[0].id"},
      {"\"image_id\": 5", "\"image_id\": 6", "annotations[0].image_id"},
      {"\"category_id\": 1", "\"category_id\": 2", "annotations[0].category_id"},
      {"[1, 2, 30, 40]", "[1, 2, -30, 40]", "annotations[0].bbox"},
      {"\"frame_index\": 7", "\"frame_index\": -1", "images[0].frame_index"},
      {"\"width\": 64", "\"width\": 1e18", "images[0].width"},
      {"\"file_name\": \"clip.mp4\", ", "", "images[0].file_name"},
      {"\"images\"", "\"pictures\"", "images"},
      {"{\"categories\"", "[{\"categories\"", "JSON"},
      {"\"images\":", "\"images\"", "is not valid JSON: correct line 2, column 12, or copy it again."},
      {"\"width\": 64", "\"width\": 1e999", "is not valid JSON: a number in it is too large."},
  };
  for (const auto &[from, to, expected] : mistakes) {
    EXPECT_NE(ErrorWith(from, to).find(expected), std::string::npos) << to << ": " << ErrorWith(from, to);
  }
}

std::string Replaced(std::string text, const std::string &from, const std::string &to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST_F(CocoTest, LinksCountFromZeroWhereOneSaysSo) {
  EXPECT_EQ(Read(Replaced(kGood, "[[1, 2]]", "[[1, 0]]")).Category(1).skeleton, (std::vector<Link>{{1, 0}}));
}

TEST_F(CocoTest, ACategoryWithoutNamesHasThoseOfItsFirstAnnotation) {
  const std::string nameless = Replaced(kGood, "[\"head\", \"tail\"]", "[]");
  EXPECT_EQ(Read(nameless).Category(1).keypoints, (std::vector<std::string>{"0", "1"}));
  EXPECT_NE(ErrorWith("[\"head\", \"tail\"]", "[], \"id\": 3").find("categories[0].keypoints: is empty"),
            std::string::npos);
}

TEST_F(CocoTest, IdsAreExactAboveWhatADoubleHolds) {
  const std::string big = Replaced(Replaced(kGood, "\"id\": 5", "\"id\": 10000000000004097"), "\"image_id\": 5",
                                   "\"image_id\": 10000000000004097");
  EXPECT_EQ(Read(big).annotations[0].image_id, 10000000000004097);
}

TEST_F(CocoTest, AFileThatIsCutShortEndsTooEarlyWhereverItIsCut) {
  const std::string whole = kGood;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    std::string message = "no error";
    try {
      Read(whole.substr(0, length));
    } catch (const Error &error) {
      message = error.what();
    }
    const std::string last_line = whole.substr(0, length).substr(whole.substr(0, length).rfind('\n') + 1);
    const auto line = 1 + std::count(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length), '\n');
    if (last_line.empty()) continue;
    const std::string place = "line " + std::to_string(line) + ", column " + std::to_string(last_line.size()) + ";";
    EXPECT_EQ(message, path_ + ": is not valid JSON: it ends too early, at " + place + " copy it again.");
  }
}

TEST_F(CocoTest, EmptyBoxesCanBeLeftOut) {
  Read(kGood);
  EXPECT_EQ(ReadCoco(path_, EmptyBox::kLeaveOut).annotations.size(), 1U);
  std::ofstream(path_) << Replaced(kGood, "[1, 2, 30, 40]", "[31, 42, -30, -40]");
  EXPECT_EQ(ReadCoco(path_, EmptyBox::kLeaveOut).annotations.size(), 0U);
}

TEST_F(CocoTest, PicturesAreFoundInThreePlaces) {
  namespace fs = std::filesystem;
  const fs::path root = path_ + ".folder";
  CocoFile file;
  file.folder = (root / "annotations").string();
  file.path = file.folder + "/some.json";
  fs::create_directories(root / "images/face");
  fs::create_directories(root / "face");
  fs::create_directories(root / "annotations/face");
  for (const char *folder : {"", "images/", "annotations/"}) {  // the later one wins
    const fs::path picture = root / folder / "face/1.png";
    std::ofstream(picture) << "x";
    EXPECT_TRUE(fs::equivalent(FindPicture(file, "face/1.png"), picture));
  }
  try {
    FindPicture(file, "face/2.png");
    ADD_FAILURE();
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
    for (const char *place : {"some.json", "annotations/face/2.png", "images/face/2.png", "folder/face/2.png"})
      EXPECT_NE(std::string(error.what()).find(place), std::string::npos) << error.what();
  }
  fs::remove_all(root);
}

TEST(Recent, KeepsWhatWasAskedForLast) {
  Recent<int, int> recent(2);
  int made = 0;
  const auto ask = [&](int key) { return recent.Get(key, [&] { return ++made, key * 10; }); };
  EXPECT_EQ(ask(1), 10);
  EXPECT_EQ(ask(2), 20);
  EXPECT_EQ(ask(1), 10);
  EXPECT_EQ(ask(3), 30);  // 2 goes
  EXPECT_EQ(made, 3);
  EXPECT_EQ(ask(1), 10);
  EXPECT_EQ(made, 3);
  EXPECT_EQ(ask(2), 20);
  EXPECT_EQ(made, 4);
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
