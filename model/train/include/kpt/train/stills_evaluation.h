// PCK on labelled stills: pairs of support and query of one category, each cut by its box (docs/formats.md, "What kpt
// eval writes"). Knows no network: asks a function. No Torch here. Called during training and by `kpt eval`.
#pragma once

#include <cstdint>
#include <functional>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "kpt/base/geometry.h"
#include "kpt/data/coco.h"
#include "kpt/train/confidence_score.h"

namespace kpt::train {

/// A cut picture as a network sees it.
struct EvaluationCrop {
  cv::Mat rgb;                 ///< crop_size x crop_size, 8-bit
  std::vector<Point2> points;  ///< in pixels of the crop
  std::vector<bool> visible;   ///< annotated and inside the crop
};

struct PredictedPoint {
  Point2 xy;  ///< in pixels of the crop
  float confidence = 0;
};

/// Answers one pair: the query's points are not to be looked at.
using StillsPredictor = std::function<std::vector<PredictedPoint>(
    const std::vector<EvaluationCrop> &shots, const EvaluationCrop &query, const std::vector<Link> &skeleton)>;

struct StillsOptions {
  int shots = 1;
  int pairs = 20;  ///< a category
  std::uint64_t seed = 1;
  int crop_size = 256;
  std::vector<std::string> categories;    ///< only these; empty: all
  std::vector<std::string> leave_images;  ///< file names that are no query and no support
};

/// Shares of points within 5, 10 and 20 % of the longer side of the query's box; mpck: the mean over 5, 10, 15 and 20
/// %.
struct Pck {
  double at05 = 0, at10 = 0, at15 = 0, at20 = 0;
  double mean() const { return (at05 + at10 + at15 + at20) / 4; }
};

struct StillsPrediction {
  std::vector<std::int64_t> support;  ///< annotation ids
  std::int64_t query = 0;
  std::vector<PredictedPoint> keypoints;  ///< in pixels of the query's picture
};

struct CategoryPck {
  std::string source, category;
  int pairs = 0;
  Pck pck;  ///< mean over points of a pair, then over pairs
  std::vector<StillsPrediction> predictions;
  std::vector<ConfidenceSample> confidences;  ///< of every counted point
};

/// One entry a category of `file` with two or more labelled stills. Frames of clips are not stills. Throws
/// Error(kInput) for a picture that cannot be read.
std::vector<CategoryPck> EvaluateStills(const data::CocoFile &file, const StillsOptions &options,
                                        const StillsPredictor &predict);

/// For the category with this index of this file: the confidence of every point when the query shows an object of
/// another category, of another file where there are several (one file's categories may be alike). Empty where there is
/// no such category, or no still of this one.
std::vector<double> ConfidencesWithoutObject(const std::vector<data::CocoFile> &files, std::size_t file,
                                             std::size_t category, const StillsOptions &options,
                                             const StillsPredictor &predict);

/// Mean over categories.
Pck MeanPck(const std::vector<CategoryPck> &categories);

}  // namespace kpt::train
