#include "kpt/train/mp100_evaluation.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "evaluation_pair.h"
#include "kpt/base/error.h"
#include "python_random.h"

namespace kpt::train {
namespace {

using Objects = std::vector<EvaluationObject>;

/// The box as the release takes it: inside the picture, its last pixel left out. No size where nothing is left.
Box BoxInPicture(const Box &box, const data::CocoImage &image) {
  if (image.width == 0 || image.height == 0) return box;  // the file does not say
  const float left = std::max(0.0F, box.x), top = std::max(0.0F, box.y);
  const float right = std::min(static_cast<float>(image.width - 1), left + std::max(0.0F, box.width - 1));
  const float bottom = std::min(static_cast<float>(image.height - 1), top + std::max(0.0F, box.height - 1));
  return right > left && bottom > top ? Box{left, top, right - left, bottom - top} : Box{};
}

/// The usable instances of every category in the release's order, which a seed's episodes depend on: by picture, then
/// as the file lists them.
std::map<std::int64_t, Objects> ObjectsByCategory(const data::CocoFile &file) {
  std::map<std::int64_t, std::vector<const data::CocoAnnotation *>> of_image;
  for (const data::CocoAnnotation &annotation : file.annotations) of_image[annotation.image_id].push_back(&annotation);
  for (auto &[image, annotations] : of_image) {
    std::sort(annotations.begin(), annotations.end(), [](const auto *a, const auto *b) { return a->place < b->place; });
  }
  std::map<std::int64_t, Objects> objects;
  for (const data::CocoImage &image : file.images) {
    for (const data::CocoAnnotation *annotation : of_image[image.id]) {
      const Box box = BoxInPicture(annotation->box, image);
      const bool labelled = std::count(annotation->visible.begin(), annotation->visible.end(), true) > 0;
      if (labelled && box.width > 0) objects[annotation->category_id].push_back({annotation, box});
    }
  }
  return objects;
}

void CheckCounts(const data::CocoFile &file, const Mp100Options &options,
                 const std::map<std::int64_t, Objects> &objects) {
  if (file.categories.empty()) throw Error(ErrorCode::kInput, file.path + ": categories: is empty");
  const auto needed = static_cast<std::size_t>(options.shots) + static_cast<std::size_t>(options.queries);
  for (const data::CocoCategory &category : file.categories) {
    const auto found = objects.find(category.id);
    const std::size_t count = found == objects.end() ? 0 : found->second.size();
    if (count >= needed) continue;
    throw Error(ErrorCode::kInput, file.path + ": the category '" + category.name + "' has " + std::to_string(count) +
                                       " usable instances, too few for episodes of " + std::to_string(options.shots) +
                                       " + " + std::to_string(options.queries) + " (shots and queries)");
  }
}

/// The shots of an episode, and room for a query behind them.
Objects ShotsOf(const Objects &objects, const std::vector<std::size_t> &sample, int shots) {
  Objects pair;
  for (int s = 0; s < shots; ++s) pair.push_back(objects[sample[static_cast<std::size_t>(s)]]);
  pair.emplace_back();
  return pair;
}

void Add(PairResult one, Mp100Category *category) {
  CategoryPck &figures = category->figures;
  ++figures.pairs;
  if (!one.counts) ++category->without_points;
  AddTo(&figures.pck, one.pck, 1);
  figures.predictions.push_back(std::move(one.prediction));
  figures.confidences.insert(figures.confidences.end(), one.confidences.begin(), one.confidences.end());
}

}  // namespace

std::vector<Mp100Category> EvaluateMp100(const data::CocoFile &file, const Mp100Options &options,
                                         const StillsPredictor &predict, const Mp100Progress &on_query) {
  const std::map<std::int64_t, Objects> objects = ObjectsByCategory(file);
  CheckCounts(file, options, objects);
  const int all = static_cast<int>(file.categories.size()) * options.episodes * options.queries;
  int done = 0;
  PythonRandom random(options.seed);
  std::vector<Mp100Category> results;
  for (const data::CocoCategory &category : file.categories) {
    const Objects &choice = objects.at(category.id);
    CropCutter cutter(file, options.crop_size);
    Mp100Category result{{std::filesystem::path(file.path).stem().string(), category.name, 0, {}, {}, {}}, 0};
    for (int episode = 0; episode < options.episodes; ++episode) {
      const auto sample = random.Sample(choice.size(), static_cast<std::size_t>(options.shots + options.queries));
      Objects pair = ShotsOf(choice, sample, options.shots);
      for (std::size_t q = static_cast<std::size_t>(options.shots); q < sample.size(); ++q) {
        pair.back() = choice[sample[q]];
        Add(MeasurePair(pair, category.skeleton, cutter, predict), &result);
        on_query(category.name, ++done, all);
      }
    }
    Pck mean;
    AddTo(&mean, result.figures.pck, 1.0 / std::max(result.figures.pairs, 1));
    result.figures.pck = mean;
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace kpt::train
