#include "labelled_kinds.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <opencv2/imgproc.hpp>

#include "kpt/base/error.h"
#include "kpt/data/coco.h"
#include "kpt/data/picture.h"
#include "kpt/data/recent.h"
#include "kpt/log/log.h"

namespace kpt::train {
namespace {

constexpr double kKeptMargin =
    1.9;                        // what is kept around an instance, of its crop square: room for shift, scale and turn
constexpr int kKeptSide = 400;  // pixels at most; the crop is 256
constexpr int kLeastLabelled = 2;            // points
constexpr std::size_t kRecentPictures = 16;  // kept while a file is read: one picture can have several instances

Box HullBox(const data::CocoAnnotation &annotation) {
  float left = 1e9F, top = 1e9F, right = -1e9F, bottom = -1e9F;
  for (std::size_t k = 0; k < annotation.points.size(); ++k) {
    if (!annotation.visible[k]) continue;
    left = std::min(left, annotation.points[k].x);
    right = std::max(right, annotation.points[k].x);
    top = std::min(top, annotation.points[k].y);
    bottom = std::max(bottom, annotation.points[k].y);
  }
  const float margin = 0.1F * std::max(right - left, bottom - top);
  return {left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin};
}

Instance MakeInstance(const data::CocoAnnotation &annotation, const cv::Mat &picture) {
  const Box box = annotation.box.width > 0 ? annotation.box : HullBox(annotation);
  const data::CropSquare square = data::SquareAround(box);
  const bool cut_out = picture.channels() == 4;
  const double margin = cut_out ? 1 : kKeptMargin;
  const double kept = square.side * margin;
  const int size = std::min(kKeptSide, static_cast<int>(std::ceil(kept)));
  const data::CropSquare wide{square.centre_x, square.centre_y, kept, 0};
  const cv::Matx23d patch_from_image = data::CropFromImage(wide, size);
  Instance instance;
  instance.patch = data::CutCrop(picture, wide, size);
  if (cut_out) {
    cv::extractChannel(instance.patch, instance.mask, 3);
    cv::cvtColor(instance.patch, instance.patch, cv::COLOR_BGRA2BGR);
  }
  instance.square = {size / 2.0, size / 2.0, size / margin, 0};
  for (const Point2 &p : annotation.points) instance.points.push_back(data::Apply(patch_from_image, p));
  instance.visible = annotation.visible;
  instance.hidden = annotation.hidden;
  instance.image = annotation.image_id;
  return instance;
}

/// Reads the files' instances, one kind a category.
class Reader {
 public:
  explicit Reader(const LabelledOptions &options) : options_(options) {}

  std::vector<Kind> Read() {
    for (const std::string &file : options_.files) ReadFile(file);
    if (static_cast<double>(broken_) > options_.max_broken_share * static_cast<double>(broken_ + read_)) {
      throw Error(ErrorCode::kInput, std::to_string(broken_) + " of " + std::to_string(broken_ + read_) +
                                         " annotated pictures are broken");
    }
    std::vector<Kind> kinds;
    for (auto &[key, kind] : kinds_) {
      if (!kind.instances.empty()) kinds.push_back(std::move(kind));
    }
    if (kinds.empty()) throw Error(ErrorCode::kInput, "the annotation files of the training hold no usable instance");
    return kinds;
  }

 private:
  void ReadFile(const std::string &path) {
    const data::CocoFile file = data::ReadCoco(path, data::EmptyBox::kLeaveOut);
    const std::string source = std::filesystem::path(path).parent_path().filename().string();
    data::Recent<std::int64_t, cv::Mat> pictures(kRecentPictures);
    for (const data::CocoAnnotation &annotation : file.annotations) {
      const data::CocoCategory &category = file.Category(annotation.category_id);
      const data::CocoImage &image = file.Image(annotation.image_id);
      if (Listed(options_.leave_out_categories, category.name)) continue;
      if (Listed(options_.leave_out_images, source + "/" + image.file_name)) continue;
      if (std::count(annotation.visible.begin(), annotation.visible.end(), true) < kLeastLabelled) continue;
      try {
        const cv::Mat &picture = pictures.Get(image.id, [&] { return PictureOf(file, image); });
        Kind &kind = kinds_[{source + "/" + category.name, category.id}];
        kind.name = category.name;
        kind.skeleton = category.skeleton;
        kind.instances.push_back(MakeInstance(annotation, picture));
        ++read_;
      } catch (const Error &error) {
        LogWarning(std::string(error.what()) + "; skipped");
        ++broken_;
      }
    }
  }

  static cv::Mat PictureOf(const data::CocoFile &file, const data::CocoImage &image) {
    const std::string path = data::FindPicture(file, image.file_name);
    if (image.frame_index >= 0) return data::ReadPictureOrFrame(path, image.frame_index);
    return data::ReadPictureWithAlpha(path);
  }

  static bool Listed(const std::vector<std::string> &list, const std::string &name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  }

  const LabelledOptions &options_;
  std::map<std::pair<std::string, std::int64_t>, Kind> kinds_;  ///< MP-100 has several categories of one name
  int read_ = 0, broken_ = 0;
};

}  // namespace

std::vector<Kind> ReadKinds(const LabelledOptions &options) { return Reader(options).Read(); }

}  // namespace kpt::train
