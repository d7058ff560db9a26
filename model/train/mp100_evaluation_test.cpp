// The paper's protocol with predictors whose figures follow by hand, on a made-up miniature of MP-100.
#include "kpt/train/mp100_evaluation.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <set>

#include "kpt/base/error.h"
#include "python_random.h"

namespace kpt::train {
namespace {

using nlohmann::json;

constexpr int kInstances = 6;  // of each category, each in a picture of its own

/// Three categories of 2, 3 and 4 keypoints. Object i's points lie at 30 + 10 k; its box is 50 x 40 pixels. Of the
/// second category the objects 0 to 2 hide all but the first point.
class Mp100Test : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::temp_directory_path() / ("kpt_mp100_test_" + std::to_string(getpid()));
    std::filesystem::create_directories(root_ / "annotations");
    for (int c = 0; c < 3; ++c) AddCategory(c);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void AddCategory(int c) {
    const std::string name = "kind" + std::to_string(c);
    std::filesystem::create_directories(root_ / "images" / name);
    json names = json::array();
    for (int k = 0; k < c + 2; ++k) names.push_back(std::to_string(k));
    coco_["categories"].push_back({{"id", c + 1}, {"name", name}, {"keypoints", names}, {"skeleton", json::array()}});
    for (int i = 0; i < kInstances; ++i) {
      const int id = 100 * c + i;
      const std::string file = name + "/" + std::to_string(i) + ".png";
      cv::imwrite((root_ / "images" / file).string(), cv::Mat(80, 100, CV_8UC3, cv::Scalar(c, i, 0)));
      coco_["images"].push_back({{"id", id}, {"file_name", file}, {"width", 100}, {"height", 80}});
      json points = json::array();
      for (int k = 0; k < c + 2; ++k) {
        const int visible = c == 1 && i < 3 && k > 0 ? 0 : 2;
        for (const int number : {30 + 10 * k, 30, visible}) points.push_back(number);
      }
      coco_["annotations"].push_back({{"id", id},
                                      {"image_id", id},
                                      {"category_id", c + 1},
                                      {"num_keypoints", c + 2},
                                      {"bbox", {20, 10, 51, 41}},
                                      {"keypoints", points}});
    }
  }

  std::vector<Mp100Category> Evaluate(const Mp100Options &options, const StillsPredictor &predict) const {
    const std::string path = (root_ / "annotations/mp100_split1_test.json").string();
    std::ofstream(path) << coco_;
    return EvaluateMp100(data::ReadCoco(path, data::EmptyBox::kLeaveOut), options, predict,
                         [](const std::string &, int, int) {});
  }

  /// Point k is off by errors[k] of the box's longer side.
  static StillsPredictor OffBy(const std::vector<double> &errors) {
    return [errors](const std::vector<EvaluationCrop> &, const EvaluationCrop &query, const std::vector<Link> &) {
      std::vector<PredictedPoint> points;
      for (std::size_t k = 0; k < query.points.size(); ++k) {
        const auto off = static_cast<float>(errors[k] * query.rgb.cols / 1.25);
        points.push_back({{query.points[k].x, query.points[k].y + off}, 1});
      }
      return points;
    };
  }

  static Mp100Options Small() {
    Mp100Options options;
    options.episodes = 4;
    options.queries = 3;
    return options;
  }

  std::filesystem::path root_;
  json coco_{{"categories", json::array()}, {"images", json::array()}, {"annotations", json::array()}};
};

TEST_F(Mp100Test, CountsPointsWithinTheBoxAndMeansTheThresholds) {
  const auto results = Evaluate(Small(), OffBy({0, 0.07, 0.12, 0.30}));
  ASSERT_EQ(results.size(), 3U);
  const Pck &two = results[0].figures.pck, &four = results[2].figures.pck;
  EXPECT_EQ(results[0].figures.pairs, 4 * 3);
  EXPECT_DOUBLE_EQ(two.at05, 0.5);
  EXPECT_DOUBLE_EQ(two.at10, 1);
  EXPECT_DOUBLE_EQ(four.at05, 0.25);
  EXPECT_DOUBLE_EQ(four.at10, 0.5);
  EXPECT_DOUBLE_EQ(four.at15, 0.75);
  EXPECT_DOUBLE_EQ(four.at20, 0.75);
  EXPECT_DOUBLE_EQ(four.mean(), (0.25 + 0.5 + 0.75 + 0.75) / 4);
}

TEST_F(Mp100Test, AveragesWithinAnImageFirstOverPointsVisibleInQueryAndShots) {
  const auto results = Evaluate(Small(), OffBy({0, 1, 1, 1}));
  const CategoryPck &figures = results[1].figures;  // with hidden points: one right of one, else one right of three
  double expected = 0;
  std::set<bool> kinds;
  for (const StillsPrediction &p : figures.predictions) {
    const bool hidden = p.query % 100 < 3 || p.support.at(0) % 100 < 3;
    kinds.insert(hidden);
    expected += (hidden ? 1.0 : 1.0 / 3) / static_cast<double>(figures.predictions.size());
  }
  EXPECT_EQ(kinds.size(), 2U) << "the seed draws both";
  EXPECT_NEAR(figures.pck.at20, expected, 1e-12);
  EXPECT_EQ(results[1].without_points, 0);
}

TEST_F(Mp100Test, AQueryWithoutACommonPointCountsAsZero) {
  for (int i = 0; i < kInstances; ++i)
    coco_["annotations"][i]["keypoints"] = {30, 30, i % 2 ? 2 : 0, 40, 30, i % 2 ? 0 : 2};
  const Mp100Category result = Evaluate(Small(), OffBy({0, 0, 0, 0}))[0];
  int without = 0;
  for (const StillsPrediction &p : result.figures.predictions) without += (p.query + p.support.at(0)) % 2;
  ASSERT_GT(without, 0);
  EXPECT_EQ(result.without_points, without);
  EXPECT_NEAR(result.figures.pck.at05, 1 - without / 12.0, 1e-12);
}

TEST_F(Mp100Test, EpisodesAreDistinctInstancesOfOneCategory) {
  Mp100Options options = Small();
  options.shots = 2;
  int calls = 0;
  const auto results = Evaluate(options, [&](const std::vector<EvaluationCrop> &shots, const EvaluationCrop &query,
                                             const std::vector<Link> &links) {
    EXPECT_EQ(shots.size(), 2U);
    EXPECT_EQ(shots[0].points.size(), query.points.size());
    EXPECT_EQ(query.rgb.cols, 256);
    ++calls;
    return OffBy({0, 0, 0, 0})(shots, query, links);
  });
  EXPECT_EQ(calls, 3 * 4 * 3);
  const auto &predictions = results[2].figures.predictions;
  for (std::size_t first = 0; first < predictions.size(); first += 3) {
    std::set<std::int64_t> ids(predictions[first].support.begin(), predictions[first].support.end());
    for (std::size_t q = first; q < first + 3; ++q) {
      EXPECT_EQ(predictions[q].support, predictions[first].support);
      ids.insert(predictions[q].query);
      EXPECT_EQ(predictions[q].query / 100, 2);
      EXPECT_NEAR(predictions[q].keypoints[1].xy.x, 40, 1e-3) << "pixels of the picture";
    }
    EXPECT_EQ(ids.size(), 5U);
  }
}

TEST_F(Mp100Test, EpisodesFollowTheSeed) {
  const auto queries = [&](std::uint32_t seed) {
    Mp100Options options = Small();
    options.seed = seed;
    std::vector<std::int64_t> ids;
    for (const Mp100Category &c : Evaluate(options, OffBy({0, 0, 0, 0})))
      for (const StillsPrediction &p : c.figures.predictions) ids.push_back(p.query);
    return ids;
  };
  EXPECT_EQ(queries(1), queries(1));
  EXPECT_NE(queries(1), queries(2));
}

TEST_F(Mp100Test, BoxesAreClippedToThePictureAndEmptyOnesLeftOut) {
  for (json &annotation : coco_["annotations"]) annotation["bbox"] = {-40, 10, 91, 31};  // clipped: 0, 10, 90, 30
  coco_["annotations"][0]["bbox"] = {60, 50, -40, -40};
  coco_["annotations"][1]["bbox"] = {200, 10, 20, 20};
  Mp100Options options = Small();
  const auto results = Evaluate(options, OffBy({0.1, 0.1, 0.1, 0.1}));
  for (const StillsPrediction &p : results[0].figures.predictions) {
    EXPECT_GE(p.query, 2) << "has no box inside its picture";
    EXPECT_NEAR(p.keypoints[0].xy.y, 30 + 9, 1e-3) << "a tenth of 90";
  }
  options.queries = 4;
  try {
    Evaluate(options, OffBy({0, 0, 0, 0}));
    ADD_FAILURE();
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::kInput);
    EXPECT_NE(std::string(error.what()).find("the category 'kind0' has 4 usable instances"), std::string::npos)
        << error.what();
  }
}

TEST(PythonRandom, DrawsWhatPythonDraws) {  // random.seed(s); random.sample(range(n), k)
  using Indices = std::vector<std::size_t>;
  PythonRandom one(1);
  EXPECT_EQ(one.Sample(100, 16), (Indices{17, 72, 97, 8, 32, 15, 63, 57, 60, 83, 48, 26, 12, 62, 3, 49}));
  const Indices next = one.Sample(100, 16);
  EXPECT_EQ(Indices(next.begin(), next.begin() + 4), (Indices{55, 77, 97, 98}));
  PythonRandom seven(7);
  EXPECT_EQ(seven.Sample(30, 6), (Indices{10, 4, 12, 20, 1, 2}));
  EXPECT_EQ(seven.Sample(30, 3), (Indices{26, 17, 3}));
}

}  // namespace
}  // namespace kpt::train
