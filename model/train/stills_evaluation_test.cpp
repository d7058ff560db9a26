// PCK with a predictor that is right, or off by a known distance.
#include "kpt/train/stills_evaluation.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>

namespace kpt::train {
namespace {

using nlohmann::json;

constexpr int kStills = 4;

class StillsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::temp_directory_path() / ("kpt_stills_test_" + std::to_string(getpid()));
    std::filesystem::create_directories(root_);
    json file{{"categories", {{{"id", 1}, {"name", "thing"}, {"keypoints", {"a", "b"}}, {"skeleton", {{1, 2}}}}}},
              {"images", json::array()},
              {"annotations", json::array()}};
    for (int i = 0; i < kStills; ++i) {
      const std::string name = "i" + std::to_string(i) + ".png";
      cv::imwrite((root_ / name).string(), cv::Mat(100, 120, CV_8UC3, cv::Scalar(i, i, i)));
      file["images"].push_back({{"id", i}, {"file_name", name}});
      const int second_visible = i == 3 ? 0 : 2;
      file["annotations"].push_back({{"id", 10 + i},
                                     {"image_id", i},
                                     {"category_id", 1},
                                     {"bbox", {20, 20, 60, 40}},
                                     {"keypoints", {30, 30, 2, 70, 50, second_visible}}});
    }
    file["images"].push_back({{"id", 50}, {"file_name", "clip.mp4"}, {"frame_index", 3}});
    file["annotations"].push_back({{"id", 50},
                                   {"image_id", 50},
                                   {"category_id", 1},
                                   {"bbox", {20, 20, 60, 40}},
                                   {"keypoints", {1, 1, 2, 2, 2, 2}}});
    std::ofstream(root_ / "annotations.json") << file;
    file_ = data::ReadCoco((root_ / "annotations.json").string());
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  /// Off by `share` of the box's longer side, in x.
  static StillsPredictor OffBy(double share) {
    return [share](const std::vector<EvaluationCrop> &, const EvaluationCrop &query, const std::vector<Link> &) {
      std::vector<PredictedPoint> points;
      const auto off = static_cast<float>(share * query.rgb.cols / 1.25);
      for (const Point2 &p : query.points) points.push_back({{p.x + off, p.y}, 1});
      return points;
    };
  }

  std::filesystem::path root_;
  data::CocoFile file_;
};

TEST_F(StillsTest, ErrorsCountAgainstTheBox) {
  const auto right = EvaluateStills(file_, {}, OffBy(0));
  ASSERT_EQ(right.size(), 1U);
  EXPECT_EQ(right[0].pairs, kStills * (kStills - 1)) << "all ordered pairs; the clip's frame is no still";
  EXPECT_DOUBLE_EQ(right[0].pck.at05, 1);
  const auto off = EvaluateStills(file_, {}, OffBy(0.12));
  EXPECT_DOUBLE_EQ(off[0].pck.at10, 0);
  EXPECT_DOUBLE_EQ(off[0].pck.at15, 1);
  EXPECT_DOUBLE_EQ(MeanPck(off).mean(), 0.5);
}

TEST_F(StillsTest, PredictionsAreInPixelsOfThePicture) {
  const auto results = EvaluateStills(file_, {}, OffBy(0));
  for (const StillsPrediction &p : results[0].predictions) {
    EXPECT_NEAR(p.keypoints[0].xy.x, 30, 1e-3);
    EXPECT_NEAR(p.keypoints[0].xy.y, 30, 1e-3);
  }
}

TEST_F(StillsTest, PairsFollowTheSeed) {
  StillsOptions options;
  options.pairs = 5;
  const auto a = EvaluateStills(file_, options, OffBy(0)), b = EvaluateStills(file_, options, OffBy(0));
  ASSERT_EQ(a[0].predictions.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(a[0].predictions[i].query, b[0].predictions[i].query);
}

TEST_F(StillsTest, SeveralShotsAreSeveralPictures) {
  StillsOptions options;
  options.shots = 2;
  int asked = 0;
  EvaluateStills(
      file_, options,
      [&](const std::vector<EvaluationCrop> &shots, const EvaluationCrop &query, const std::vector<Link> &links) {
        EXPECT_EQ(shots.size(), 2U);
        ++asked;
        return OffBy(0)(shots, query, links);
      });
  EXPECT_GT(asked, 0);
}

}  // namespace
}  // namespace kpt::train
