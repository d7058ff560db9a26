#include "composed/composer.h"

#include <algorithm>
#include <map>
#include <opencv2/imgproc.hpp>

#include "kpt/base/error.h"
#include "kpt/data/coco.h"
#include "kpt/data/picture.h"

namespace kpt::composed {
namespace {

constexpr double kSurroundings = 0.35;             ///< of the box's longer side, on each of its sides
constexpr double kClearFrom = 8, kSolidFrom = 30;  ///< grey levels of difference to the resting background
constexpr int kBackgroundFrames = 9;

using Annotations = std::vector<const data::CocoAnnotation *>;

cv::Rect Around(const Box &box) {
  const double margin = kSurroundings * std::max(box.width, box.height);
  return {cv::Point(cvFloor(box.x - margin), cvFloor(box.y - margin)),
          cv::Point(cvCeil(box.x + box.width + margin), cvCeil(box.y + box.height + margin))};
}

/// Whether the frame's first object is whole, inside the picture and away from the others.
bool CanBeCutOut(const Annotations &objects, const cv::Size &size) {
  const auto &visible = objects[0]->visible;
  const cv::Rect around = Around(objects[0]->box);
  if (std::find(visible.begin(), visible.end(), false) != visible.end()) return false;
  if ((around & cv::Rect({0, 0}, size)) != around) return false;
  return std::none_of(objects.begin() + 1, objects.end(),
                      [&](const auto *other) { return (around & Around(other->box)).area() > 0; });
}

/// The darkest of some frames at each pixel: the objects are lighter than the ground they move on.
cv::Mat RestingBackground(const std::string &video, int frames) {
  data::VideoReader reader(video);
  cv::Mat background = reader.Frame(0).clone();
  for (int i = 1; i < kBackgroundFrames; ++i)
    cv::min(background, reader.Frame(i * frames / kBackgroundFrames), background);
  return background;
}

CutOut Cut(const data::CocoCategory &category, const data::CocoAnnotation &object, const cv::Mat &picture,
           const cv::Mat &background) {
  CutOut cut;
  const cv::Rect around = Around(object.box);
  cv::Mat difference;
  cv::absdiff(picture(around), background(around), difference);
  cv::cvtColor(difference, difference, cv::COLOR_BGR2GRAY);
  difference.convertTo(cut.alpha, CV_32F, 1 / (kSolidFrom - kClearFrom), -kClearFrom / (kSolidFrom - kClearFrom));
  cut.alpha = cv::max(cv::min(cut.alpha, 1), 0);
  cv::merge(std::vector<cv::Mat>(3, cut.alpha), cut.alpha);
  picture(around).convertTo(cut.bgr, CV_32F);

  const cv::Point2f corner(around.tl());
  const Box &box = object.box;
  cut.side = std::max(box.width, box.height);
  cut.centre = cv::Point2f(box.x + box.width / 2, box.y + box.height / 2) - corner;
  for (const Point2 &p : object.points) cut.points.push_back(cv::Point2f(p.x, p.y) - corner);
  cv::Mat rgb;
  cv::cvtColor(picture, rgb, cv::COLOR_BGR2RGB);
  cut.support = {};
  cut.support.category = category.name;
  cut.support.keypoint_names = category.keypoints;
  cut.support.skeleton = category.skeleton;
  cut.support.shots.push_back(
      {{rgb.cols, rgb.rows, {rgb.datastart, rgb.dataend}}, box, object.points, object.visible, "shot"});
  return cut;
}

/// Smooth coloured noise, coarse and fine.
cv::Mat Texture(const cv::Size &size, cv::RNG *random) {
  cv::Mat sum(size, CV_32FC3, cv::Scalar::all(random->uniform(90.0, 170.0)));
  for (const double grain : {2.0, 8.0, 32.0}) {
    cv::Mat layer(size, CV_32FC3);
    random->fill(layer, cv::RNG::NORMAL, 0, 40 * grain);
    cv::GaussianBlur(layer, layer, {0, 0}, grain);
    sum += layer;
  }
  return cv::max(cv::min(sum, 255), 0);
}

cv::Matx23d FrameFromCutOut(const CutOut &object, const Placement &placement) {
  cv::Matx23d t = cv::getRotationMatrix2D(object.centre, -placement.angle_deg, placement.scale);
  t(0, 2) += placement.centre.x - object.centre.x;
  t(1, 2) += placement.centre.y - object.centre.y;
  return t;
}

}  // namespace

std::vector<CutOut> CutOutsOf(const std::string &folder, int count) {
  const data::CocoFile file = data::ReadCoco(folder + "/annotations.json");
  std::map<std::int64_t, Annotations> by_image;
  for (const data::CocoAnnotation &a : file.annotations) by_image[a.image_id].push_back(&a);
  const std::string video = file.folder + "/" + file.videos.at(0).file;
  const cv::Mat background = RestingBackground(video, file.images.back().frame_index);

  std::vector<std::pair<int, const data::CocoAnnotation *>> candidates;
  for (const data::CocoImage &image : file.images) {
    const auto objects = by_image.find(image.id);
    if (objects == by_image.end() || !CanBeCutOut(objects->second, background.size())) continue;
    candidates.emplace_back(image.frame_index, objects->second[0]);
  }
  if (static_cast<int>(candidates.size()) < count) throw Error(ErrorCode::kInput, folder + ": too few whole objects");

  data::VideoReader reader(video);
  std::vector<CutOut> cuts;
  for (int i = 0; i < count; ++i) {
    const auto &[frame, object] = candidates[i * candidates.size() / count];
    cuts.push_back(Cut(file.Category(object->category_id), *object, reader.Frame(frame), background));
  }
  return cuts;
}

Composer::Composer(const CutOut &object, const cv::Size &size, std::uint32_t seed)
    : object_(object), random_(seed), background_(Texture(size, &random_)), cover_(Texture(size, &random_)) {}

const cv::Mat &Composer::Draw(const Frame &frame) {
  cv::Mat sum = background_.clone();
  if (frame.object) {
    const cv::Matx23d t = FrameFromCutOut(object_, *frame.object);
    cv::Mat bgr, alpha;
    cv::warpAffine(object_.bgr, bgr, t, sum.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    cv::warpAffine(object_.alpha, alpha, t, sum.size(), cv::INTER_LINEAR);
    sum += alpha.mul(bgr - sum);
  }
  if (frame.occluder) {
    const cv::Rect inside = *frame.occluder & cv::Rect({0, 0}, sum.size());
    cover_(inside).copyTo(sum(inside));
  }
  if (frame.noise > 0) {
    noise_.create(sum.size(), CV_32FC3);
    random_.fill(noise_, cv::RNG::NORMAL, 0, frame.noise);
    sum += noise_;
  }
  sum.convertTo(frame_, CV_8U);
  return frame_;
}

std::vector<cv::Point2f> Composer::Truth(const Placement &placement) const {
  std::vector<cv::Point2f> truth;
  cv::transform(object_.points, truth, FrameFromCutOut(object_, placement));
  return truth;
}

}  // namespace kpt::composed
