// See eval_with_support.h.
#include "eval_with_support.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <opencv2/imgproc.hpp>

#include "eval_score.h"
#include "kpt/data/crop.h"
#include "kpt/data/picture.h"

namespace kpt::tools {
namespace {

train::EvaluationCrop Cut(const cv::Mat &rgb, const Box &box, const std::vector<Point2> &points,
                          const std::vector<bool> &visible, int crop_size) {
  const data::CropSquare square = data::SquareAround(box);
  const cv::Matx23d crop_from_image = data::CropFromImage(square, crop_size);
  train::EvaluationCrop crop{data::CutCrop(rgb, square, crop_size), {}, visible};
  for (const Point2 &p : points) crop.points.push_back(data::Apply(crop_from_image, p));
  return crop;
}

/// The shot's pixels as a picture; borrowed.
cv::Mat PictureOf(const SupportShot &shot) {
  return cv::Mat(shot.image.height, shot.image.width, CV_8UC3, const_cast<std::uint8_t *>(shot.image.pixels.data()));
}

bool IsShot(const cv::Mat &rgb, const SupportSet &support) {
  return std::any_of(support.shots.begin(), support.shots.end(), [&](const SupportShot &shot) {
    const cv::Mat picture = PictureOf(shot);
    return picture.size() == rgb.size() && std::memcmp(picture.data, rgb.data, rgb.total() * rgb.elemSize()) == 0;
  });
}

bool IsQuery(const data::CocoFile &file, const data::CocoAnnotation &annotation, const SupportSet &support) {
  const data::CocoCategory &category = file.Category(annotation.category_id);
  const bool marked = std::count(annotation.visible.begin(), annotation.visible.end(), true) > 0;
  return marked && file.Image(annotation.image_id).frame_index < 0 && category.name == support.category &&
         category.keypoints == support.keypoint_names;
}

/// The shots as the network sees them, cut once, and the points that count: those that every shot shows.
struct CutShots {
  CutShots(const SupportSet &support, int crop_size) : seen(support.keypoint_names.size(), true) {
    for (const SupportShot &shot : support.shots) {
      crops.push_back(Cut(PictureOf(shot), shot.box, shot.points, shot.visible, crop_size));
      seen = Both(seen, shot.visible);
    }
  }
  std::vector<train::EvaluationCrop> crops;
  std::vector<bool> seen;
};

cv::Mat ReadRgb(const data::CocoFile &file, const data::CocoAnnotation &annotation) {
  cv::Mat rgb;
  cv::cvtColor(data::ReadPicture(data::FindPicture(file, file.Image(annotation.image_id).file_name)), rgb,
               cv::COLOR_BGR2RGB);
  return rgb;
}

/// What the network says of one query, in pixels of its picture.
std::vector<train::PredictedPoint> Predict(const data::CocoAnnotation &truth, const cv::Mat &rgb, const CutShots &shots,
                                           const SupportSet &support, int crop_size,
                                           const train::StillsPredictor &predict) {
  const train::EvaluationCrop query = Cut(rgb, truth.box, truth.points, truth.visible, crop_size);
  std::vector<train::PredictedPoint> points = predict(shots.crops, query, support.skeleton);
  const cv::Matx23d image_from_crop = data::ImageFromCrop(data::SquareAround(truth.box), crop_size);
  for (train::PredictedPoint &p : points) p.xy = data::Apply(image_from_crop, p.xy);
  return points;
}

}  // namespace

void EvaluateWithSupport(const data::CocoFile &file, const SupportSet &support, int crop_size,
                         const train::StillsPredictor &predict, EvalReport *report) {
  const CutShots shots(support, crop_size);
  EvalRow row{std::filesystem::path(file.folder).filename().string(), support.category, "stills", "", 0, {}, {}, {}};
  std::vector<train::CategoryPck> queries;
  for (const data::CocoAnnotation &truth : file.annotations) {
    if (!IsQuery(file, truth, support)) continue;
    const cv::Mat rgb = ReadRgb(file, truth);
    if (IsShot(rgb, support)) continue;
    const std::vector<train::PredictedPoint> points = Predict(truth, rgb, shots, support, crop_size, predict);
    PointShares shares;
    const std::vector<bool> counts = Both(shots.seen, truth.visible);
    for (const double error : RelativeErrors(truth, counts, points)) shares.Add(error);
    if (shares.empty()) continue;
    for (const train::ConfidenceSample &sample : ConfidenceSamples(truth, counts, points))
      row.confidences.push_back(sample);
    queries.push_back({row.source, row.category, 1, shares.pck(), {}, {}});
    report->predictions.push_back({row.source, row.category, {{}, truth.id, points}});
  }
  if (queries.empty()) return;
  row.pairs = static_cast<int>(queries.size());
  row.pck = train::MeanPck(queries);
  report->rows.push_back(row);
}

}  // namespace kpt::tools
