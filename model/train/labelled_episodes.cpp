#include "kpt/train/labelled_episodes.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "episode_common.h"
#include "kpt/log/log.h"
#include "labelled_kinds.h"
#include "photo_shelf.h"

namespace kpt::train {
namespace {

constexpr int kAttempts = 8;
constexpr int kLeastCommon = 2;

/// How all pictures of one episode are changed alike: what is learned is to find the same points, whichever way the
/// kind of object looks.
struct Variant {
  bool mirrored = false;
  double turn_deg = 0;
};

void Mirror(View *view) {
  cv::flip(view->picture, view->picture, 1);
  for (Point2 &p : view->points) p.x = static_cast<float>(view->picture.cols - 1) - p.x;
}

class LabelledEpisodes : public EpisodeSource {
 public:
  LabelledEpisodes(const LabelledOptions &labelled, const EpisodeOptions &episodes)
      : labelled_(labelled), options_(episodes), kinds_(ReadKinds(labelled)) {
    if (!labelled.backdrops.empty()) backdrops_.emplace(labelled.backdrops, labelled.max_broken_share);
    for (const Kind &kind : kinds_) {
      LogInfo("labelled kind " + kind.name + ": " + std::to_string(kind.instances.size()) + " instances, " +
              std::to_string(kind.instances[0].points.size()) + " keypoints");
      kind_weights_.push_back(std::sqrt(static_cast<double>(kind.instances.size())));
    }
  }

  Episode Make(Random &random) const override {
    const Kind &kind =
        kinds_[std::discrete_distribution<std::size_t>(kind_weights_.begin(), kind_weights_.end())(random)];
    const bool present = !Chance(random, options_.absent_share) || kinds_.size() < 2;
    const Variant variant = DrawVariant(random);
    View support, query;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const Instance &a = Pick(kind, random), &b = Pick(kind, random);
      if (kind.instances.size() > 1 && a.image == b.image) continue;
      support = CutSupport(a, variant, random);
      query = Cut(b, variant, random);
      if (CommonPoints(support, query) >= kLeastCommon) break;
    }
    if (support.picture.empty() || query.picture.empty()) {  // all instances are of one picture
      support = CutSupport(Pick(kind, random), variant, random);
      query = Cut(Pick(kind, random), variant, random);
    }
    const std::vector<Link> links = ChoosePoints(kind, support, query, random);
    if (!present) query.picture = Cut(Pick(OtherKind(kind, random), random), variant, random).picture;
    if (Chance(random, options_.occluder_share)) {
      const Instance &texture = Pick(OtherKind(kind, random), random);
      AddOccluder(query, Cut(texture, variant, random).picture, random);
    }
    AugmentColour(support.picture, random);
    AugmentColour(query.picture, random);
    return FinishEpisode(support, query, links, present, options_, random, "labelled");
  }

 private:
  static const Instance &Pick(const Kind &kind, Random &random) {
    return kind.instances[static_cast<std::size_t>(UniformInt(random, 0, static_cast<int>(kind.instances.size()) - 1))];
  }

  /// Draws nothing that is not asked for: episodes of older configurations stay the same.
  Variant DrawVariant(Random &random) const {
    Variant variant;
    if (labelled_.mirrored_share > 0) variant.mirrored = Chance(random, labelled_.mirrored_share);
    if (labelled_.common_rotation_deg > 0)
      variant.turn_deg = Uniform(random, -labelled_.common_rotation_deg, labelled_.common_rotation_deg);
    return variant;
  }

  const Kind &OtherKind(const Kind &kind, Random &random) const {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const Kind &other = kinds_[static_cast<std::size_t>(UniformInt(random, 0, static_cast<int>(kinds_.size()) - 1))];
      if (&other != &kind) return other;
    }
    return kind;
  }

  View Cut(const Instance &instance, const Variant &variant, Random &random) const {
    data::CropSquare square = Jittered(instance.square, labelled_.cut, options_, random);
    square.angle_deg += variant.turn_deg;
    const cv::Matx23d crop_from_patch = data::CropFromImage(square, options_.crop_size);
    View view;
    view.picture = data::CutCrop(instance.patch, square, options_.crop_size);
    if (!instance.mask.empty() && backdrops_) {
      const cv::Mat mask = data::CutCrop(instance.mask, square, options_.crop_size);
      view.picture = Blend(view.picture, backdrops_->Backdrop(options_.crop_size, random), mask);
    }
    for (const Point2 &p : instance.points) view.points.push_back(data::Apply(crop_from_patch, p));
    view.visible = instance.visible;
    view.hidden = instance.hidden;
    if (variant.mirrored) Mirror(&view);
    return view;
  }

  /// A support shot marks what is seen: who marks a picture does not guess what something covers.
  View CutSupport(const Instance &instance, const Variant &variant, Random &random) const {
    View view = Cut(instance, variant, random);
    for (std::size_t k = 0; k < view.visible.size(); ++k) view.visible[k] = view.visible[k] && !view.hidden[k];
    view.hidden.assign(view.hidden.size(), false);
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
    std::stable_partition(order.begin(), order.end(),
                          [&](std::size_t k) { return support.visible[k] && query.visible[k]; });
    order.resize(static_cast<std::size_t>(wanted));
    for (View *view : {&support, &query}) {
      View kept;
      for (const std::size_t k : order) {
        kept.points.push_back(view->points[k]);
        kept.visible.push_back(view->visible[k]);
        kept.hidden.push_back(view->hidden[k]);
      }
      view->points = std::move(kept.points);
      view->visible = std::move(kept.visible);
      view->hidden = std::move(kept.hidden);
    }
    return net::SpanningTree({net::Keypoints{support.points, support.visible}});
  }

  LabelledOptions labelled_;
  EpisodeOptions options_;
  std::vector<Kind> kinds_;
  std::vector<double> kind_weights_;
  std::optional<PhotoShelf> backdrops_;
};

}  // namespace

std::shared_ptr<EpisodeSource> MakeLabelledEpisodes(const LabelledOptions &labelled, const EpisodeOptions &episodes) {
  return std::make_shared<LabelledEpisodes>(labelled, episodes);
}

}  // namespace kpt::train
