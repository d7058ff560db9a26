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

}  // namespace

void EvaluateWithSupport(const data::CocoFile &file, const SupportSet &support, int crop_size,
                         const train::StillsPredictor &predict, EvalReport *report) {
  std::vector<train::EvaluationCrop> shots;
  std::vector<bool> in_shots(support.keypoint_names.size(), true);
  for (const SupportShot &shot : support.shots) {
    shots.push_back(Cut(PictureOf(shot), shot.box, shot.points, shot.visible, crop_size));
    for (std::size_t k = 0; k < in_shots.size(); ++k) in_shots[k] = in_shots[k] && shot.visible[k];
  }

  EvalRow row{std::filesystem::path(file.folder).filename().string(), support.category, "stills", "", 0, {}};
  std::vector<train::CategoryPck> queries;
  for (const data::CocoAnnotation &truth : file.annotations) {
    if (!IsQuery(file, truth, support)) continue;
    cv::Mat rgb;
    cv::cvtColor(data::ReadPicture((std::filesystem::path(file.folder) / file.Image(truth.image_id).file_name).string()),
                 rgb, cv::COLOR_BGR2RGB);
    if (IsShot(rgb, support)) continue;
    train::StillsPrediction prediction{{}, truth.id, predict(shots, Cut(rgb, truth.box, truth.points, truth.visible, crop_size), support.skeleton)};
    const cv::Matx23d image_from_crop = data::ImageFromCrop(data::SquareAround(truth.box), crop_size);
    for (train::PredictedPoint &p : prediction.keypoints) p.xy = data::Apply(image_from_crop, p.xy);
    std::vector<bool> counts = in_shots;
    for (std::size_t k = 0; k < counts.size(); ++k) counts[k] = counts[k] && truth.visible[k];
    PointShares shares;
    for (const double error : RelativeErrors(truth, counts, prediction.keypoints)) shares.Add(error);
    if (shares.empty()) continue;
    queries.push_back({row.source, row.category, 1, shares.pck(), {}});
    report->predictions.push_back({row.source, row.category, std::move(prediction)});
  }
  if (queries.empty()) return;
  row.pairs = static_cast<int>(queries.size());
  row.pck = train::MeanPck(queries);
  report->rows.push_back(row);
}

}  // namespace kpt::tools
