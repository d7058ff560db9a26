#include "kpt/train/stills_evaluation.h"

#include <algorithm>
#include <filesystem>
#include <random>

#include "evaluation_pair.h"

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

EvaluationObject AsObject(const data::CocoAnnotation *annotation) { return {annotation, annotation->box}; }

}  // namespace

std::vector<CategoryPck> EvaluateStills(const data::CocoFile &file, const StillsOptions &options,
                                        const StillsPredictor &predict) {
  const std::string source = std::filesystem::path(file.folder).filename().string();
  std::vector<CategoryPck> results;
  for (const data::CocoCategory &category : file.categories) {
    const auto &only = options.categories;
    if (!only.empty() && std::find(only.begin(), only.end(), category.name) == only.end()) continue;
    CropCutter cutter(file, options.crop_size);
    CategoryPck result{source, category.name, 0, {}, {}, {}};
    Pck sum;
    for (const Pair &pair : DrawPairs(StillsOf(file, category, options), options)) {
      std::vector<EvaluationObject> objects;
      for (const data::CocoAnnotation *annotation : pair) objects.push_back(AsObject(annotation));
      PairResult one = MeasurePair(objects, category.skeleton, cutter, predict);
      if (!one.counts) continue;
      AddTo(&sum, one.pck, 1);
      ++result.pairs;
      result.predictions.push_back(std::move(one.prediction));
      result.confidences.insert(result.confidences.end(), one.confidences.begin(), one.confidences.end());
    }
    if (result.pairs == 0) continue;
    AddTo(&result.pck, sum, 1.0 / result.pairs);
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
    const EvaluationCrop shot = CropCutter(files[file], options.crop_size).Cut(AsObject(support));
    EvaluationCrop crop = CropCutter(*other, options.crop_size).Cut(AsObject(query));
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
  for (const CategoryPck &c : categories) AddTo(&mean, c.pck, 1.0 / static_cast<double>(categories.size()));
  return mean;
}

}  // namespace kpt::train
