#include "kpt/train/stills_evaluation.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <opencv2/imgproc.hpp>
#include <random>

#include "kpt/data/crop.h"
#include "kpt/data/picture.h"

namespace kpt::train {
namespace {

using Pair = std::vector<const data::CocoAnnotation *>;  ///< the shots, then the query

bool IsStill(const data::CocoFile &file, const data::CocoAnnotation &annotation) {
  return file.Image(annotation.image_id).frame_index < 0;
}

std::vector<const data::CocoAnnotation *> StillsOf(const data::CocoFile &file, const data::CocoCategory &category,
                                                   const StillsOptions &options) {
  std::vector<const data::CocoAnnotation *> stills;
  for (const data::CocoAnnotation &a : file.annotations) {
    const auto &left = options.leave_images;
    const bool left_out = std::find(left.begin(), left.end(), file.Image(a.image_id).file_name) != left.end();
    const bool labelled = std::count(a.visible.begin(), a.visible.end(), true) > 0 && a.box.width > 0;
    if (a.category_id == category.id && labelled && IsStill(file, a) && !left_out) stills.push_back(&a);
  }
  return stills;
}

/// All ordered pairs where there are few enough (one shot), else `options.pairs` random ones.
std::vector<Pair> DrawPairs(const std::vector<const data::CocoAnnotation *> &stills, const StillsOptions &options) {
  std::vector<Pair> pairs;
  const auto shots = static_cast<std::size_t>(options.shots);
  if (shots == 1) {
    for (const auto *support : stills) {
      for (const auto *query : stills) {
        if (support->image_id != query->image_id) pairs.push_back({support, query});
      }
    }
    std::mt19937_64 random(options.seed);
    if (pairs.size() > static_cast<std::size_t>(options.pairs)) {
      std::shuffle(pairs.begin(), pairs.end(), random);
      pairs.resize(static_cast<std::size_t>(options.pairs));
    }
    return pairs;
  }
  std::mt19937_64 random(options.seed);
  std::vector<const data::CocoAnnotation *> order = stills;
  for (int i = 0; i < options.pairs && order.size() > shots; ++i) {
    std::shuffle(order.begin(), order.end(), random);
    const auto *query = order[0];
    Pair pair;
    for (std::size_t j = 1; j < order.size() && pair.size() < shots; ++j) {
      if (order[j]->image_id != query->image_id) pair.push_back(order[j]);
    }
    if (pair.size() < shots) continue;
    pair.push_back(query);
    pairs.push_back(pair);
  }
  return pairs;
}

class PairEvaluator {
 public:
  PairEvaluator(const data::CocoFile &file, const StillsOptions &options) : file_(file), options_(options) {}

  EvaluationCrop Cut(const data::CocoAnnotation &annotation) {
    const data::CropSquare square = data::SquareAround(annotation.box);
    const cv::Matx23d crop_from_image = data::CropFromImage(square, options_.crop_size);
    EvaluationCrop crop;
    cv::cvtColor(data::CutCrop(Picture(annotation.image_id), square, options_.crop_size), crop.rgb, cv::COLOR_BGR2RGB);
    for (std::size_t k = 0; k < annotation.points.size(); ++k) {
      const Point2 p = data::Apply(crop_from_image, annotation.points[k]);
      const auto size = static_cast<float>(options_.crop_size);
      crop.points.push_back(p);
      crop.visible.push_back(annotation.visible[k] && p.x >= 0 && p.y >= 0 && p.x < size && p.y < size);
    }
    return crop;
  }

 private:
  const cv::Mat &Picture(std::int64_t image_id) {
    cv::Mat &picture = pictures_[image_id];
    if (picture.empty()) {
      const data::CocoImage &image = file_.Image(image_id);
      picture = data::ReadPicture((std::filesystem::path(file_.folder) / image.file_name).string());
    }
    return picture;
  }

  const data::CocoFile &file_;
  const StillsOptions &options_;
  std::map<std::int64_t, cv::Mat> pictures_;
};

/// The shares of one pair; false where no point is visible in query and shots. Adds to `confidences` point by point.
bool Score(const data::CocoAnnotation &query, const std::vector<bool> &counts,
           const std::vector<PredictedPoint> &predicted, Pck *pck, std::vector<ConfidenceSample> *confidences) {
  const double side = std::max(query.box.width, query.box.height);
  int count = 0;
  *pck = {};
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (!counts[k]) continue;
    ++count;
    const Point2 p = predicted[k].xy, truth = query.points[k];
    const double error = std::hypot(p.x - truth.x, p.y - truth.y) / side;
    pck->at05 += error <= 0.05;
    pck->at10 += error <= 0.10;
    pck->at15 += error <= 0.15;
    pck->at20 += error <= 0.20;
    confidences->push_back({predicted[k].confidence, error <= 0.10});
  }
  if (count == 0) return false;
  for (double *share : {&pck->at05, &pck->at10, &pck->at15, &pck->at20}) *share /= count;
  return true;
}

void Accumulate(const Pck &one, double weight, Pck *sum) {
  sum->at05 += weight * one.at05;
  sum->at10 += weight * one.at10;
  sum->at15 += weight * one.at15;
  sum->at20 += weight * one.at20;
}

}  // namespace

std::vector<CategoryPck> EvaluateStills(const data::CocoFile &file, const StillsOptions &options, const StillsPredictor &predict) {
  const std::string source = std::filesystem::path(file.folder).filename().string();
  std::vector<CategoryPck> results;
  for (const data::CocoCategory &category : file.categories) {
    const auto &only = options.categories;
    if (!only.empty() && std::find(only.begin(), only.end(), category.name) == only.end()) continue;
    PairEvaluator evaluator(file, options);
    CategoryPck result{source, category.name, 0, {}, {}, {}};
    Pck sum;
    for (const Pair &pair : DrawPairs(StillsOf(file, category, options), options)) {
      const data::CocoAnnotation &query = *pair.back();
      std::vector<EvaluationCrop> shots;
      std::vector<bool> counts = query.visible;
      StillsPrediction prediction;
      for (std::size_t s = 0; s + 1 < pair.size(); ++s) {
        shots.push_back(evaluator.Cut(*pair[s]));
        prediction.support.push_back(pair[s]->id);
        for (std::size_t k = 0; k < counts.size(); ++k) counts[k] = counts[k] && pair[s]->visible[k];
      }
      prediction.query = query.id;
      prediction.keypoints = predict(shots, evaluator.Cut(query), category.skeleton);
      const cv::Matx23d image_from_crop = data::ImageFromCrop(data::SquareAround(query.box), options.crop_size);
      for (PredictedPoint &p : prediction.keypoints) p.xy = data::Apply(image_from_crop, p.xy);
      Pck pck;
      if (!Score(query, counts, prediction.keypoints, &pck, &result.confidences)) continue;
      Accumulate(pck, 1, &sum);
      ++result.pairs;
      result.predictions.push_back(std::move(prediction));
    }
    if (result.pairs == 0) continue;
    Accumulate(sum, 1.0 / result.pairs, &result.pck);
    results.push_back(std::move(result));
  }
  return results;
}

std::vector<double> ConfidencesWithoutObject(const std::vector<data::CocoFile> &files, std::size_t file,
                                             std::size_t category, const StillsOptions &options,
                                             const StillsPredictor &predict) {
  const data::CocoCategory &wanted = files[file].categories[category];
  const auto supports = StillsOf(files[file], wanted, options);
  std::vector<std::pair<const data::CocoFile *, const data::CocoAnnotation *>> strangers;
  for (const data::CocoFile &other : files) {
    if (files.size() > 1 && &other == &files[file]) continue;
    for (const data::CocoCategory &c : other.categories) {
      if (c.name == wanted.name) continue;
      for (const auto *annotation : StillsOf(other, c, options)) strangers.emplace_back(&other, annotation);
    }
  }
  std::vector<double> confidences;
  if (supports.empty() || strangers.empty()) return confidences;
  std::mt19937_64 random(options.seed);
  for (int i = 0; i < options.pairs; ++i) {
    const auto *support = supports[random() % supports.size()];
    const auto [other, query] = strangers[random() % strangers.size()];
    const EvaluationCrop shot = PairEvaluator(files[file], options).Cut(*support);
    EvaluationCrop crop = PairEvaluator(*other, options).Cut(*query);
    crop.points.assign(shot.points.size(), {});  // as many as are asked for; none is there
    crop.visible.assign(shot.points.size(), false);
    const auto answers = predict({shot}, crop, wanted.skeleton);
    for (std::size_t k = 0; k < answers.size(); ++k) {
      if (shot.visible[k]) confidences.push_back(answers[k].confidence);
    }
  }
  return confidences;
}

Pck MeanPck(const std::vector<CategoryPck> &categories) {
  Pck mean;
  for (const CategoryPck &c : categories) Accumulate(c.pck, 1.0 / static_cast<double>(categories.size()), &mean);
  return mean;
}

}  // namespace kpt::train
