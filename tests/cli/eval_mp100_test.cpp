// `kpt eval --protocol mp100` with the shipped weights on a made-up miniature of MP-100: its report, and its errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "program.h"
#include "samples.h"

namespace kpt::cli_testing {
namespace {

using ::testing::HasSubstr;

constexpr int kUsage = 2, kInputError = 3;
constexpr int kInstances = 5;  // of each category

json Category(int id, const std::string &name, const json &keypoints, const json &skeleton) {
  return {{"id", id}, {"name", name}, {"supercategory", "thing"}, {"keypoints", keypoints}, {"skeleton", skeleton}};
}

/// As in MP-100: file names from `images`, huge ids, links from 1, from 0 and none, a category without names.
class EvalMp100 : public ::testing::Test {
 protected:
  void SetUp() override {
    coco_["categories"] = {Category(1, "dots", {"a", "b", "c"}, {{1, 2}, {2, 3}}),
                           Category(2, "pair", {"a", "b"}, {{0, 1}}),
                           Category(3, "face", json::array(), json::array())};
    for (int c = 1; c <= 3; ++c) {
      for (int i = 0; i < kInstances; ++i) AddInstance(c, i);
    }
    WriteSplit(1);
  }

  void AddInstance(int category, int index) {
    const std::int64_t id = category * 100000000000000000 + index;
    const std::string file = std::to_string(category) + "/" + std::to_string(index) + ".png";
    WritePicture(folder_ / ("mp100/images/" + file), index);
    coco_["images"].push_back({{"id", id}, {"file_name", file}, {"width", kWidth}, {"height", kHeight}});
    json points = json::array();
    const int count = category == 2 ? 2 : 3;
    for (int k = 0; k < count; ++k) {
      const cv::Point2f dot = DotsAt(index)[static_cast<std::size_t>(k)];
      for (const float number : {dot.x, dot.y, 2.0F}) points.push_back(number);
    }
    coco_["annotations"].push_back({{"id", id},
                                    {"image_id", id},
                                    {"category_id", category},
                                    {"num_keypoints", count},
                                    {"iscrowd", 0},
                                    {"keypoints", points},
                                    {"bbox", {DotsAt(index)[0].x - 10, DotsAt(index)[0].y - 10, 60, 60}}});
  }

  void WriteSplit(int split) const {
    folder_.Write("mp100/annotations/mp100_split" + std::to_string(split) + "_test.json", coco_.dump());
  }

  std::vector<std::string> Arguments(const std::vector<std::string> &more) const {
    std::vector<std::string> arguments = {"eval", folder_ / "mp100", "--protocol", "mp100"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  json Report(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--episodes", "2", "--queries", "3", "--json", folder_ / "report.json",
                                       "--predictions", folder_ / "predictions.jsonl"});
    const Outcome outcome = Kpt(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "") << "no progress where stderr is no terminal";
    EXPECT_THAT(outcome.out, HasSubstr("mp100_split1_test dots"));
    json report = json::parse(ReadFile(folder_ / "report.json"));
    report["predictions"] = ReadJsonLines(folder_ / "predictions.jsonl");
    return report;
  }

  const Folder folder_;
  json coco_{{"images", json::array()}, {"annotations", json::array()}};
};

/// The share of points within a fifth of the box, by query, then over queries: scored again from the predictions.
double Pck20(const json &predictions, const std::string &category) {
  const double side = 59;  // of 60: the release leaves out a box's last pixel
  double sum = 0;
  int queries = 0;
  for (const json &prediction : predictions) {
    if (prediction["category"] != category) continue;
    const std::vector<cv::Point2f> dots = DotsAt(static_cast<int>(prediction["query"].get<std::int64_t>() % 10));
    const json &points = prediction["keypoints"];
    int near = 0;
    for (std::size_t k = 0; k < points.size(); ++k) {
      const double dx = points[k][0].get<double>() - dots[k].x, dy = points[k][1].get<double>() - dots[k].y;
      near += std::hypot(dx, dy) <= 0.2 * side ? 1 : 0;
    }
    sum += static_cast<double>(near) / static_cast<double>(points.size());
    ++queries;
  }
  return sum / queries;
}

TEST_F(EvalMp100, ReportsEveryCategoryAndTheMean) {
  const json report = Report(Arguments({"--split", "1"}));
  EXPECT_EQ(
      report["protocol"],
      json({{"name", "mp100"}, {"file", "mp100_split1_test.json"}, {"episodes", 2}, {"queries", 3}, {"seed", 1}}));
  EXPECT_EQ(report["shots"], 1);
  ASSERT_EQ(report["categories"].size(), 3U);
  double sum = 0;
  for (const json &row : report["categories"]) {
    EXPECT_EQ(row["kind"], "mp100");
    EXPECT_EQ(row["pairs"], 2 * 3);
    EXPECT_EQ(row["without_points"], 0);
    EXPECT_NEAR(row["pck20"], Pck20(report["predictions"], row["category"]), 1e-9) << row;
    sum += row["mpck"].get<double>();
  }
  EXPECT_EQ(report["categories"][2]["category"], "face");
  EXPECT_NEAR(report["mean"]["mp100"]["mpck"], sum / 3, 1e-12);
}

TEST_F(EvalMp100, EpisodesFollowTheSeedAndShareTheirShots) {
  const json first = Report(Arguments({"--split", "1"})), again = Report(Arguments({"--split", "1"}));
  const json other = Report(Arguments({"--split", "1", "--seed", "2"}));
  EXPECT_EQ(first, again);
  EXPECT_NE(first["predictions"], other["predictions"]);
  const json &predictions = first["predictions"];
  ASSERT_EQ(predictions.size(), 3U * 2 * 3);
  for (std::size_t episode = 0; episode < predictions.size(); episode += 3) {
    std::set<std::int64_t> ids = {predictions[episode]["support"][0].get<std::int64_t>()};
    for (std::size_t q = episode; q < episode + 3; ++q) {
      EXPECT_EQ(predictions[q]["support"], predictions[episode]["support"]);
      ids.insert(predictions[q]["query"].get<std::int64_t>());
    }
    EXPECT_EQ(ids.size(), 4U) << "different instances";
  }
}

TEST_F(EvalMp100, TakesAFileInsteadOfAFolder) {
  const json of_folder = Report(Arguments({"--split", "1"}));
  const std::string file = folder_ / "mp100/annotations/mp100_split1_test.json";
  EXPECT_EQ(Report({"eval", file, "--protocol", "mp100"}), of_folder);
  ExpectError({"eval", file, "--protocol", "mp100", "--split", "1"}, kUsage, {"--split", "is a file"});
}

TEST_F(EvalMp100, NamesASplitThatIsNotThere) {
  ExpectError(Arguments({"--split", "9"}), kUsage, {"--split", "9", "1 to 5"});
  ExpectError(Arguments({}), kUsage, {"--split is needed", "1 to 5"});
  ExpectError(Arguments({"--split", "3"}), kInputError, {"annotations/mp100_split3_test.json", "images/"});
  ExpectError({"eval", folder_ / "none", "--protocol", "mp100"}, kInputError, {"none", "no such folder or file"});
}

TEST_F(EvalMp100, NamesOptionsThatDoNotGoTogether) {
  ExpectError({"eval", folder_ / "mp100", "--split", "1"}, kUsage, {"--split", "--protocol"});
  ExpectError({"eval", folder_ / "mp100", "--episodes", "1"}, kUsage, {"--episodes", "--protocol"});
  ExpectError({"eval", folder_ / "mp100", "--protocol", "mp101"}, kUsage, {"--protocol", "mp101", "mp100"});
  ExpectError(Arguments({"--split", "1", "--pairs", "2"}), kUsage, {"--pairs", "--protocol"});
}

TEST_F(EvalMp100, NamesACategoryWithTooFewInstances) {
  ExpectError(Arguments({"--split", "1", "--queries", "5"}), kInputError,
              {"mp100_split1_test.json", "'dots' has 5 usable instances", "1 + 5"});
}

TEST_F(EvalMp100, NamesThePlacesOfAMissingPicture) {
  for (int i = 0; i < kInstances; ++i)
    std::filesystem::remove(folder_ / ("mp100/images/1/" + std::to_string(i) + ".png"));
  ExpectError(Arguments({"--split", "1", "--queries", "3"}), kInputError,
              {"mp100_split1_test.json", "mp100/annotations/1/", "mp100/images/1/", "mp100/1/"});
}

}  // namespace
}  // namespace kpt::cli_testing
