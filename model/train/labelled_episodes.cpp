#include "kpt/train/labelled_episodes.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <opencv2/imgproc.hpp>

#include "episode_common.h"
#include "kpt/base/error.h"
#include "kpt/data/coco.h"
#include "kpt/data/crop.h"
#include "kpt/data/picture.h"
#include "kpt/log/log.h"

namespace kpt::train {
namespace {

constexpr double kKeptMargin = 1.9;  // what is kept around an instance, of its crop square: room for shift, scale and turn
constexpr int kKeptSide = 400;       // pixels at most; the crop is 256
constexpr int kAttempts = 8;
constexpr int kLeastCommon = 2;

/// An annotated object and the part of its picture around it.
struct Instance {
  cv::Mat patch;
  data::CropSquare square;  ///< the spec's crop, in pixels of the patch
  std::vector<Point2> points;
  std::vector<bool> visible;
  std::int64_t image = 0;
};

struct Kind {
  std::string name;
  std::vector<Link> skeleton;
  std::vector<Instance> instances;
};

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
  const double kept = square.side * kKeptMargin;
  const int size = std::min(kKeptSide, static_cast<int>(std::ceil(kept)));
  const data::CropSquare wide{square.centre_x, square.centre_y, kept, 0};
  const cv::Matx23d patch_from_image = data::CropFromImage(wide, size);
  Instance instance;
  instance.patch = data::CutCrop(picture, wide, size);
  instance.square = {size / 2.0, size / 2.0, size / kKeptMargin, 0};
  for (const Point2 &p : annotation.points) instance.points.push_back(data::Apply(patch_from_image, p));
  instance.visible = annotation.visible;
  instance.image = annotation.image_id;
  return instance;
}

/// Reads the files' instances, one kind a category.
class Reader {
 public:
  explicit Reader(const LabelledOptions &options) : options_(options) {}

  std::vector<Kind> Read() {
    for (const std::string &file : options_.files) ReadFile(file);
    if (static_cast<double>(broken_) > options_.max_broken_share * static_cast<double>(broken_ + read_))
      throw Error(ErrorCode::kInput, std::to_string(broken_) + " of " + std::to_string(broken_ + read_) + " annotated pictures are broken");
    std::vector<Kind> kinds;
    for (auto &[key, kind] : kinds_) {
      if (!kind.instances.empty()) kinds.push_back(std::move(kind));
    }
    if (kinds.empty()) throw Error(ErrorCode::kInput, "the annotation files of the training hold no usable instance");
    return kinds;
  }

 private:
  void ReadFile(const std::string &path) {
    const data::CocoFile file = data::ReadCoco(path);
    const std::string source = std::filesystem::path(path).parent_path().filename().string();
    std::map<std::int64_t, cv::Mat> pictures;
    for (const data::CocoAnnotation &annotation : file.annotations) {
      const data::CocoCategory &category = file.Category(annotation.category_id);
      const data::CocoImage &image = file.Image(annotation.image_id);
      if (Listed(options_.leave_out_categories, category.name) || Listed(options_.leave_out_images, source + "/" + image.file_name)) continue;
      if (std::count(annotation.visible.begin(), annotation.visible.end(), true) < kLeastCommon) continue;
      try {
        cv::Mat &picture = pictures[image.id];
        if (picture.empty()) picture = data::ReadPictureOrFrame((std::filesystem::path(file.folder) / image.file_name).string(), image.frame_index);
        Kind &kind = kinds_[source + "/" + category.name];
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

  static bool Listed(const std::vector<std::string> &list, const std::string &name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  }

  const LabelledOptions &options_;
  std::map<std::string, Kind> kinds_;
  int read_ = 0, broken_ = 0;
};

class LabelledEpisodes : public EpisodeSource {
 public:
  LabelledEpisodes(const LabelledOptions &labelled, const EpisodeOptions &episodes)
      : labelled_(labelled), options_(episodes), kinds_(Reader(labelled).Read()) {
    for (const Kind &kind : kinds_) {
      LogInfo("labelled kind " + kind.name + ": " + std::to_string(kind.instances.size()) + " instances, " +
              std::to_string(kind.instances[0].points.size()) + " keypoints");
      kind_weights_.push_back(std::sqrt(static_cast<double>(kind.instances.size())));
    }
  }

  Episode Make(Random &random) const override {
    const Kind &kind = kinds_[std::discrete_distribution<std::size_t>(kind_weights_.begin(), kind_weights_.end())(random)];
    const bool present = !Chance(random, options_.absent_share) || kinds_.size() < 2;
    View support, query;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const Instance &a = Pick(kind, random), &b = Pick(kind, random);
      if (kind.instances.size() > 1 && a.image == b.image) continue;
      support = Cut(a, random);
      query = Cut(b, random);
      if (CommonPoints(support, query) >= kLeastCommon) break;
    }
    if (support.picture.empty() || query.picture.empty()) {  // all instances are of one picture
      support = Cut(Pick(kind, random), random);
      query = Cut(Pick(kind, random), random);
    }
    const std::vector<Link> links = ChoosePoints(kind, support, query, random);
    if (!present) query.picture = Cut(Pick(OtherKind(kind, random), random), random).picture;
    if (Chance(random, options_.occluder_share)) {
      const Instance &texture = Pick(OtherKind(kind, random), random);
      AddOccluder(query, Cut(texture, random).picture, random);
    }
    AugmentColour(support.picture, random);
    AugmentColour(query.picture, random);
    return FinishEpisode(support, query, links, present, options_, random, "labelled");
  }

 private:
  static const Instance &Pick(const Kind &kind, Random &random) {
    return kind.instances[static_cast<std::size_t>(UniformInt(random, 0, static_cast<int>(kind.instances.size()) - 1))];
  }

  const Kind &OtherKind(const Kind &kind, Random &random) const {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const Kind &other = kinds_[static_cast<std::size_t>(UniformInt(random, 0, static_cast<int>(kinds_.size()) - 1))];
      if (&other != &kind) return other;
    }
    return kind;
  }

  View Cut(const Instance &instance, Random &random) const {
    data::CropSquare square = instance.square;
    square.centre_x += Uniform(random, -labelled_.shift, labelled_.shift) * square.side;
    square.centre_y += Uniform(random, -labelled_.shift, labelled_.shift) * square.side;
    square.side *= LogUniform(random, labelled_.scale_min, labelled_.scale_max);
    square.angle_deg = RandomRotation(random, options_, labelled_.rotation_deg);
    const cv::Matx23d crop_from_patch = data::CropFromImage(square, options_.crop_size);
    View view;
    view.picture = data::CutCrop(instance.patch, square, options_.crop_size);
    for (const Point2 &p : instance.points) view.points.push_back(data::Apply(crop_from_patch, p));
    view.visible = instance.visible;
    return view;
  }

  /// Keeps a random part of the keypoints, at most as many as there may be, and gives the links among them: the
  /// skeleton's where it joins them all, else a spanning tree over the support's points.
  std::vector<Link> ChoosePoints(const Kind &kind, View &support, View &query, Random &random) const {
    const int count = static_cast<int>(support.points.size());
    const int most = std::min(count, options_.max_keypoints);
    const int wanted = Chance(random, 0.5) ? most : UniformInt(random, std::min(4, most), most);
    if (wanted == count && !kind.skeleton.empty()) {
      return net::JoinedSkeleton(kind.skeleton, {net::Keypoints{support.points, support.visible}});
    }
    std::vector<std::size_t> order(static_cast<std::size_t>(count));
    for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
    std::shuffle(order.begin(), order.end(), random);
    std::stable_partition(order.begin(), order.end(), [&](std::size_t k) { return support.visible[k] && query.visible[k]; });
    order.resize(static_cast<std::size_t>(wanted));
    for (View *view : {&support, &query}) {
      View kept;
      for (const std::size_t k : order) {
        kept.points.push_back(view->points[k]);
        kept.visible.push_back(view->visible[k]);
      }
      view->points = std::move(kept.points);
      view->visible = std::move(kept.visible);
    }
    return net::SpanningTree({net::Keypoints{support.points, support.visible}});
  }

  LabelledOptions labelled_;
  EpisodeOptions options_;
  std::vector<Kind> kinds_;
  std::vector<double> kind_weights_;
};

}  // namespace

std::shared_ptr<EpisodeSource> MakeLabelledEpisodes(const LabelledOptions &labelled, const EpisodeOptions &episodes) {
  return std::make_shared<LabelledEpisodes>(labelled, episodes);
}

}  // namespace kpt::train
