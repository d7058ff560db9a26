#include "evaluation_pair.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "kpt/data/crop.h"
#include "kpt/data/picture.h"

namespace kpt::train {
namespace {

constexpr std::size_t kRecentCrops = 512;  // 100 MB of 256 x 256 crops

/// Fills in everything that the points' errors say.
void Score(const EvaluationObject &query, const std::vector<bool> &counts, PairResult *result) {
  const double side = std::max(query.box.width, query.box.height);
  int count = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (!counts[k]) continue;
    ++count;
    const PredictedPoint &predicted = result->prediction.keypoints[k];
    const Point2 truth = query.annotation->points[k];
    const double error = std::hypot(predicted.xy.x - truth.x, predicted.xy.y - truth.y) / side;
    result->pck.at05 += error <= 0.05;
    result->pck.at10 += error <= 0.10;
    result->pck.at15 += error <= 0.15;
    result->pck.at20 += error <= 0.20;
    result->confidences.push_back({predicted.confidence, error <= 0.10});
  }
  result->counts = count > 0;
  for (double *share : {&result->pck.at05, &result->pck.at10, &result->pck.at15, &result->pck.at20})
    *share /= std::max(count, 1);
}

}  // namespace

CropCutter::CropCutter(const data::CocoFile &file, int crop_size)
    : file_(file), crop_size_(crop_size), crops_(kRecentCrops) {}

EvaluationCrop CropCutter::Cut(const EvaluationObject &object) {
  return crops_.Get(object.annotation, [&] { return Make(object); });
}

EvaluationCrop CropCutter::Make(const EvaluationObject &object) const {
  const data::CocoAnnotation &annotation = *object.annotation;
  const data::CropSquare square = data::SquareAround(object.box);
  const cv::Matx23d crop_from_image = data::CropFromImage(square, crop_size_);
  const cv::Mat picture = data::ReadPicture(data::FindPicture(file_, file_.Image(annotation.image_id).file_name));
  EvaluationCrop crop;
  cv::cvtColor(data::CutCrop(picture, square, crop_size_), crop.rgb, cv::COLOR_BGR2RGB);
  const auto size = static_cast<float>(crop_size_);
  for (std::size_t k = 0; k < annotation.points.size(); ++k) {
    const Point2 p = data::Apply(crop_from_image, annotation.points[k]);
    crop.points.push_back(p);
    crop.visible.push_back(annotation.visible[k] && p.x >= 0 && p.y >= 0 && p.x < size && p.y < size);
  }
  return crop;
}

PairResult MeasurePair(const std::vector<EvaluationObject> &pair, const std::vector<Link> &skeleton, CropCutter &cutter,
                       const StillsPredictor &predict) {
  const EvaluationObject &query = pair.back();
  std::vector<EvaluationCrop> shots;
  std::vector<bool> counts = query.annotation->visible;
  PairResult result;
  for (std::size_t s = 0; s + 1 < pair.size(); ++s) {
    const data::CocoAnnotation &shot = *pair[s].annotation;
    shots.push_back(cutter.Cut(pair[s]));
    result.prediction.support.push_back(shot.id);
    for (std::size_t k = 0; k < counts.size(); ++k) counts[k] = counts[k] && shot.visible[k];
  }
  result.prediction.query = query.annotation->id;
  result.prediction.keypoints = predict(shots, cutter.Cut(query), skeleton);
  const cv::Matx23d image_from_crop = data::ImageFromCrop(data::SquareAround(query.box), cutter.crop_size());
  for (PredictedPoint &p : result.prediction.keypoints) p.xy = data::Apply(image_from_crop, p.xy);
  Score(query, counts, &result);
  return result;
}

void AddTo(Pck *sum, const Pck &one, double weight) {
  sum->at05 += weight * one.at05;
  sum->at10 += weight * one.at10;
  sum->at15 += weight * one.at15;
  sum->at20 += weight * one.at20;
}

}  // namespace kpt::train
