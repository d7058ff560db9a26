#include "composed/cut_out.h"

#include <algorithm>
#include <map>
#include <opencv2/imgproc.hpp>
#include <optional>

#include "kpt/base/error.h"
#include "kpt/data/coco.h"
#include "kpt/data/picture.h"

namespace kpt::composed {
namespace {

constexpr double kSurroundings = 0.35;             ///< of the box's longer side, on each of its sides
constexpr double kClearFrom = 8, kSolidFrom = 30;  ///< grey levels of difference to the resting background
constexpr int kBackgroundFrames = 9;
constexpr double kRim = 0.08, kFeather = 0.02;  ///< around the points of a still, of the box's longer side
constexpr double kLargestSide = 120;            ///< pixels; larger objects are shrunk
constexpr double kLeastShown = 0.3;             ///< share of the points that a cut-out has to show
constexpr std::size_t kFewestPoints = 3;        ///< that have an outline

using Annotations = std::vector<const data::CocoAnnotation *>;

cv::Rect Around(const Box &box) {
  const double margin = kSurroundings * std::max(box.width, box.height);
  return {cv::Point(cvFloor(box.x - margin), cvFloor(box.y - margin)),
          cv::Point(cvCeil(box.x + box.width + margin), cvCeil(box.y + box.height + margin))};
}

bool AllMarked(const data::CocoAnnotation &object) {
  return std::find(object.visible.begin(), object.visible.end(), false) == object.visible.end();
}

/// Whether the frame's first object is whole, inside the picture and away from the others.
bool LiesApart(const Annotations &objects, const cv::Size &size) {
  const cv::Rect around = Around(objects[0]->box);
  if (!AllMarked(*objects[0]) || (around & cv::Rect({0, 0}, size)) != around) return false;
  return std::none_of(objects.begin() + 1, objects.end(),
                      [&](const auto *other) { return (around & Around(other->box)).area() > 0; });
}

std::map<std::int64_t, Annotations> ByImage(const data::CocoFile &file) {
  std::map<std::int64_t, Annotations> by_image;
  for (const data::CocoAnnotation &a : file.annotations) by_image[a.image_id].push_back(&a);
  return by_image;
}

/// `count` of the candidates, evenly spread.
template <typename T>
std::vector<T> Spread(const std::vector<T> &candidates, int count, const std::string &folder) {
  if (static_cast<int>(candidates.size()) < count) throw Error(ErrorCode::kInput, folder + ": too few whole objects");
  std::vector<T> chosen;
  for (int i = 0; i < count; ++i) chosen.push_back(candidates[i * candidates.size() / count]);
  return chosen;
}

/// The darkest of some frames at each pixel: the objects are lighter than the ground they move on.
cv::Mat RestingBackground(const std::string &video, int frames) {
  data::VideoReader reader(video);
  cv::Mat background = reader.Frame(0).clone();
  for (int i = 1; i < kBackgroundFrames; ++i)
    cv::min(background, reader.Frame(i * frames / kBackgroundFrames), background);
  return background;
}

/// [0, 1]: how much of the picture is not the background.
cv::Mat Difference(const cv::Mat &picture, const cv::Mat &background) {
  cv::Mat difference, alpha;
  cv::absdiff(picture, background, difference);
  cv::cvtColor(difference, difference, cv::COLOR_BGR2GRAY);
  difference.convertTo(alpha, CV_32F, 1 / (kSolidFrom - kClearFrom), -kClearFrom / (kSolidFrom - kClearFrom));
  return cv::max(cv::min(alpha, 1), 0);
}

/// [0, 1]: the outline of the points with a rim.
cv::Mat Outline(const std::vector<cv::Point2f> &points, double side, const cv::Size &size) {
  std::vector<cv::Point2f> hull;
  cv::convexHull(points, hull);
  cv::Mat alpha(size, CV_32F, cv::Scalar(0));
  cv::fillConvexPoly(alpha, std::vector<cv::Point>(hull.begin(), hull.end()), 1);
  const int rim = std::max(1, cvRound(kRim * side));
  cv::dilate(alpha, alpha, cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * rim + 1, 2 * rim + 1}));
  cv::GaussianBlur(alpha, alpha, {0, 0}, std::max(0.5, kFeather * side));
  return alpha;
}

SupportSet ShotOf(const data::CocoCategory &category, const data::CocoAnnotation &object, const cv::Mat &picture) {
  SupportSet support;
  support.category = category.name;
  support.keypoint_names = category.keypoints;
  support.skeleton = category.skeleton;
  cv::Mat rgb;
  cv::cvtColor(picture, rgb, cv::COLOR_BGR2RGB);
  support.shots.push_back(
      {{rgb.cols, rgb.rows, {rgb.datastart, rgb.dataend}}, object.box, object.points, object.visible, "shot"});
  return support;
}

void Shrink(CutOut *cut, double factor) {
  for (cv::Mat *picture : {&cut->bgr, &cut->alpha}) cv::resize(*picture, *picture, {}, factor, factor, cv::INTER_AREA);
  const auto shrunk = [&](const cv::Point2f &p) {  // pixel centres are whole numbers
    return (p + cv::Point2f(0.5F, 0.5F)) * factor - cv::Point2f(0.5F, 0.5F);
  };
  for (cv::Point2f &p : cut->points) p = shrunk(p);
  cut->centre = shrunk(cut->centre);
  cut->width *= factor, cut->height *= factor, cut->side *= factor;
}

/// `background`: of a clip; none: it is a still.
CutOut Cut(const data::CocoFile &file, const data::CocoAnnotation &object, const cv::Mat &picture,
           const std::optional<cv::Mat> &background) {
  CutOut cut;
  const Box &box = object.box;
  const cv::Rect around = Around(box) & cv::Rect({0, 0}, picture.size());
  const cv::Point2f corner(around.tl());
  cut.width = box.width, cut.height = box.height;
  cut.side = std::max(box.width, box.height);
  cut.centre = cv::Point2f(box.x + box.width / 2, box.y + box.height / 2) - corner;
  for (const Point2 &p : object.points) cut.points.push_back(cv::Point2f(p.x, p.y) - corner);
  picture(around).convertTo(cut.bgr, CV_32F);
  cut.alpha =
      background ? Difference(picture(around), (*background)(around)) : Outline(cut.points, cut.side, around.size());
  cv::merge(std::vector<cv::Mat>(3, cut.alpha), cut.alpha);
  if (cut.side > kLargestSide) Shrink(&cut, kLargestSide / cut.side);
  cut.support = ShotOf(file.Category(object.category_id), object, picture);
  return cut;
}

/// Share of the points that the cut-out shows.
double ShownShare(const CutOut &cut) {
  double sum = 0;
  for (const cv::Point2f &p : cut.points) sum += cut.alpha.at<cv::Vec3f>(cv::Point(cvRound(p.x), cvRound(p.y)))[0];
  return sum / static_cast<double>(cut.points.size());
}

std::vector<CutOut> FromClip(const data::CocoFile &file, int count) {
  const std::string video = data::FindPicture(file, file.videos.at(0).file);
  const cv::Mat background = RestingBackground(video, file.images.back().frame_index);
  const auto by_image = ByImage(file);
  std::vector<std::pair<int, const data::CocoAnnotation *>> candidates;
  for (const data::CocoImage &image : file.images) {
    const auto objects = by_image.find(image.id);
    if (objects == by_image.end() || !LiesApart(objects->second, background.size())) continue;
    candidates.emplace_back(image.frame_index, objects->second[0]);
  }
  data::VideoReader reader(video);
  std::vector<CutOut> cuts;
  for (const auto &[frame, object] : Spread(candidates, count, file.folder)) {
    cuts.push_back(Cut(file, *object, reader.Frame(frame), background));
    if (ShownShare(cuts.back()) >= kLeastShown) continue;
    throw Error(ErrorCode::kInput, video + ": the object of frame " + std::to_string(frame) +
                                       " is no lighter than a ground that rests, and cannot be cut out.");
  }
  return cuts;
}

std::vector<CutOut> FromStills(const data::CocoFile &file, int count) {
  Annotations candidates;
  for (const data::CocoAnnotation &a : file.annotations) {
    if (AllMarked(a) && a.points.size() >= kFewestPoints) candidates.push_back(&a);
  }
  std::vector<CutOut> cuts;
  for (const data::CocoAnnotation *object : Spread(candidates, count, file.folder)) {
    const std::string path = data::FindPicture(file, file.Image(object->image_id).file_name);
    cuts.push_back(Cut(file, *object, data::ReadPicture(path), std::nullopt));
  }
  return cuts;
}

}  // namespace

std::vector<CutOut> CutOutsOf(const std::string &folder, int count) {
  const data::CocoFile file = data::ReadCoco(folder + "/annotations.json");
  return file.videos.empty() ? FromStills(file, count) : FromClip(file, count);
}

}  // namespace kpt::composed
