// `kpt eval` on a made-up source: what it writes, that its figures follow from its predictions, and its errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "program.h"
#include "samples.h"

namespace kpt::cli_testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;

constexpr int kInputError = 3, kModelError = 4, kPipelineError = 5;
constexpr int kLabelledFrames = 4;  // of the clip; the first is the shot

class Eval : public ::testing::Test {
 protected:
  void SetUp() override { WriteSource(folder_, "data/made_up", kLabelledFrames); }

  std::vector<std::string> Arguments(const std::vector<std::string> &more) const {
    std::vector<std::string> arguments = {"eval", folder_ / "data", "--model", SharedFolder() / "net.safetensors"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  /// Runs it; the report, with the lines of `--predictions` under "predictions".
  json Report(std::vector<std::string> more) const {
    more.insert(more.end(), {"--json", folder_ / "report.json", "--predictions", folder_ / "predictions.jsonl"});
    const Outcome outcome = Kpt(Arguments(more));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "") << "no progress where stderr is no terminal";
    EXPECT_THAT(outcome.out, HasSubstr("made_up thing"));
    json report = json::parse(ReadFile(folder_ / "report.json"));
    report["predictions"] = ReadJsonLines(folder_ / "predictions.jsonl");
    return report;
  }

  void ExpectErrorWith(const std::vector<std::string> &more, int exit_code,
                       const std::vector<std::string> &parts) const {
    ExpectError(Arguments(more), exit_code, parts);
  }

  const Folder folder_;
};

std::set<std::string> KeysOf(const json &object) {
  std::set<std::string> keys;
  for (const auto &item : object.items()) keys.insert(item.key());
  return keys;
}

TEST_F(Eval, ReportsStillsAndClipsWithTheirMeans) {
  const json report = Report({});
  EXPECT_THAT(KeysOf(report), UnorderedElementsAre("categories", "mean", "model", "shots", "predictions"));
  EXPECT_EQ(report["model"], "net");
  EXPECT_EQ(report["shots"], 1);
  ASSERT_EQ(report["categories"].size(), 3U);
  const json &thing = report["categories"][0], &other = report["categories"][1], &walk = report["categories"][2];
  EXPECT_THAT(KeysOf(thing), IsSupersetOf({"source", "category", "kind", "pairs", "pck05", "pck10", "pck20", "mpck"}));
  EXPECT_THAT(KeysOf(walk),
              IsSupersetOf({"source", "category", "kind", "clip", "pairs", "pck05", "pck10", "pck20", "mpck"}));
  EXPECT_EQ(thing["source"], "made_up");
  EXPECT_EQ(thing["category"], "thing");
  EXPECT_EQ(thing["kind"], "stills");
  EXPECT_EQ(thing["pairs"], 4 * 3) << "all ordered pairs";
  EXPECT_EQ(other["pairs"], 3 * 2);
  EXPECT_EQ(walk["kind"], "clip");
  EXPECT_EQ(walk["clip"], "walk");
  EXPECT_EQ(walk["pairs"], kLabelledFrames - 1);
  for (const char *share : {"pck05", "pck10", "pck20", "mpck"}) {
    const double mean = (thing[share].get<double>() + other[share].get<double>()) / 2;
    EXPECT_DOUBLE_EQ(report["mean"]["stills"][share].get<double>(), mean);
    EXPECT_EQ(report["mean"]["clip"][share], walk[share]);
  }
}

/// Scores predictions again, from the annotations alone, as docs/formats.md says.
class Scorer {
 public:
  explicit Scorer(const json &coco) {
    std::map<int, bool> is_frame;
    for (const json &image : coco["images"]) is_frame[image["id"]] = image.contains("frame_index");
    for (const json &annotation : coco["annotations"]) {
      truths_[annotation["id"]] = annotation;
      of_clip_[annotation["id"]] = is_frame[annotation["image_id"]];
    }
  }

  /// The share of points within `limit` of the box: stills by pair, clips over all points.
  double Pck(const json &predictions, const std::string &category, bool clip, double limit) const {
    double pair_sum = 0;
    int pairs = 0, within = 0, points = 0;
    for (const json &prediction : predictions) {
      const int query = prediction["query"];
      if (prediction["category"] != category || of_clip_.at(query) != clip) continue;
      const int near = Within(truths_.at(query), prediction["keypoints"], limit);
      pair_sum += near / 3.0;
      within += near;
      points += 3;
      ++pairs;
    }
    return clip ? static_cast<double>(within) / points : pair_sum / pairs;
  }

 private:
  static int Within(const json &truth, const json &predicted, double limit) {
    int count = 0;
    for (std::size_t k = 0; k < predicted.size(); ++k) {
      const double dx = predicted[k][0].get<double>() - truth["keypoints"][3 * k].get<double>();
      const double dy = predicted[k][1].get<double>() - truth["keypoints"][3 * k + 1].get<double>();
      const double side = std::max(truth["bbox"][2].get<double>(), truth["bbox"][3].get<double>());
      count += std::hypot(dx, dy) <= limit * side ? 1 : 0;
    }
    return count;
  }

  std::map<int, json> truths_;
  std::map<int, bool> of_clip_;
};

TEST_F(Eval, AnyoneCanScoreThePredictionsAgain) {
  const json report = Report({});
  const json coco = json::parse(ReadFile(folder_ / "data/made_up/annotations.json"));
  const Scorer scorer(coco);
  ASSERT_EQ(report["predictions"].size(), 12U + 6U + kLabelledFrames - 1);
  EXPECT_THAT(KeysOf(report["predictions"][0]),
              UnorderedElementsAre("source", "category", "support", "query", "keypoints"));
  for (const json &row : report["categories"]) {
    const auto pck = [&](double limit) {
      return scorer.Pck(report["predictions"], row["category"], row["kind"] == "clip", limit);
    };
    EXPECT_NEAR(row["pck05"], pck(0.05), 1e-9) << row;
    EXPECT_NEAR(row["pck10"], pck(0.10), 1e-9) << row;
    EXPECT_NEAR(row["pck20"], pck(0.20), 1e-9) << row;
    EXPECT_NEAR(row["mpck"], (pck(0.05) + pck(0.10) + pck(0.15) + pck(0.20)) / 4, 1e-9) << row;
  }
}

TEST_F(Eval, DrawsPairsWithTheSeed) {
  const json first = Report({"--pairs", "4", "--seed", "7", "--no-clips"});
  const json again = Report({"--pairs", "4", "--seed", "7", "--no-clips"});
  const json other = Report({"--pairs", "4", "--seed", "8", "--no-clips"});
  EXPECT_EQ(first, again);
  EXPECT_NE(first["predictions"], other["predictions"]);
  ASSERT_EQ(first["categories"].size(), 2U);
  EXPECT_EQ(first["categories"][0]["pairs"], 4);
  EXPECT_FALSE(first["mean"].contains("clip"));
}

TEST_F(Eval, TheConfidenceHeadCanBeLeftOut) {
  const json with = Report({"--pairs", "4", "--no-clips"});
  const json without = Report({"--pairs", "4", "--no-clips", "--no-confidence-head"});
  EXPECT_EQ(with["mean"]["stills"]["pck10"], without["mean"]["stills"]["pck10"]) << "the points are the same";
  const json &a = with["predictions"][0]["keypoints"][0], &b = without["predictions"][0]["keypoints"][0];
  EXPECT_EQ(a[0], b[0]);
  EXPECT_NE(a[2], b[2]) << "confidence";
}

TEST_F(Eval, MeasuresWithTheShotsOfASupportFile) {
  WriteSupport(folder_);
  const json report = Report({"--support", folder_ / "support.yaml"});
  ASSERT_EQ(report["categories"].size(), 1U);
  EXPECT_EQ(report["categories"][0]["category"], "thing");
  EXPECT_EQ(report["categories"][0]["pairs"], 4) << "every still of the category";

  std::string text = ReadFile(folder_ / "support.yaml");
  folder_.Write("support.yaml", text.replace(text.find("thing"), 5, "mouse"));
  ExpectErrorWith({"--support", folder_ / "support.yaml"}, kInputError, {"data", "no labelled still of 'mouse'"});
}

TEST_F(Eval, NamesAFolderThatHoldsNothing) {
  ExpectError({"eval", folder_ / "none"}, kInputError, {"none", "no such folder"});
  folder_.Write("empty/notes.txt", "");
  ExpectError({"eval", folder_ / "empty"}, kInputError, {"empty", "annotations.json"});
}

TEST_F(Eval, NamesAnnotationsThatAreWrong) {
  const std::string file = "data/made_up/annotations.json";
  json coco = json::parse(ReadFile(folder_ / file));
  folder_.Write(file, "{\"images\": [");
  ExpectErrorWith({}, kInputError, {"annotations.json", "JSON"});
  coco["annotations"][1]["keypoints"] = {1, 2, 3};
  folder_.Write(file, coco.dump());
  ExpectErrorWith({}, kInputError, {"annotations.json", "annotations[1].keypoints", "expected 9"});
}

TEST_F(Eval, NamesAPictureOrVideoThatCannotBeRead) {
  folder_.Write("data/made_up/videos/walk.avi", "no video");
  ExpectErrorWith({}, kInputError, {"walk.avi"});
  folder_.Write("data/made_up/images/2.png", "no picture");
  ExpectErrorWith({}, kInputError, {"2.png"});
}

TEST_F(Eval, ChecksModelAndOutputsBeforeItMeasures) {
  ExpectErrorWith({"--json", folder_ / "none/report.json"}, kPipelineError, {"--json", "report.json", "no folder"});
  ExpectErrorWith({"--predictions", folder_ / "data"}, kPipelineError, {"--predictions", "is a folder"});
  ExpectError({"eval", folder_ / "data", "--model", folder_ / "none.safetensors"}, kModelError, {"none.safetensors"});
}

}  // namespace
}  // namespace kpt::cli_testing
