#include "kpt/train/photo_episodes.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "episode_common.h"
#include "kpt/base/error.h"
#include "photo_shelf.h"
#include "random_warp.h"

namespace kpt::train {
namespace {

constexpr int kAttempts = 8;  // warps until enough points are seen in both views
constexpr int kLeastCommon = 3;

/// An object: the part of a photograph under a mask, with points on it.
struct CutOut {
  cv::Mat photo, mask;
  cv::Rect2d bounds;
  std::vector<Point2> points;
};

/// Up to `count` points on the mask, half of them on corners, not too near each other.
std::vector<Point2> PointsOn(const cv::Mat &photo, const cv::Mat &mask, int count, double least_distance,
                             Random &random) {
  cv::Mat inner, gray;
  cv::erode(mask, inner, cv::Mat(), {-1, -1}, 3);
  cv::threshold(inner, inner, 200, 255, cv::THRESH_BINARY);
  cv::cvtColor(photo, gray, cv::COLOR_BGR2GRAY);
  std::vector<cv::Point2f> corners;
  cv::goodFeaturesToTrack(gray, corners, 2 * count, 0.02, least_distance, inner);
  std::shuffle(corners.begin(), corners.end(), random);

  std::vector<Point2> points;
  const auto add = [&](float x, float y) {
    for (const Point2 &p : points) {
      if (std::hypot(p.x - x, p.y - y) < least_distance) return;
    }
    points.push_back({x, y});
  };
  const auto on_corners = static_cast<std::size_t>((count + 1) / 2);
  for (std::size_t i = 0; i < corners.size() && points.size() < on_corners; ++i) add(corners[i].x, corners[i].y);
  const cv::Rect area = cv::boundingRect(inner);
  for (int i = 0; area.area() > 0 && i < 20 * count && static_cast<int>(points.size()) < count; ++i) {
    const int x = UniformInt(random, area.x, area.x + area.width - 1),
              y = UniformInt(random, area.y, area.y + area.height - 1);
    if (inner.at<std::uint8_t>(y, x) != 0) add(static_cast<float>(x), static_cast<float>(y));
  }
  std::shuffle(points.begin(), points.end(), random);
  return points;
}

/// A random spanning tree in which near points are joined first: each new point joins one of the near ones.
std::vector<Link> RandomTree(const std::vector<Point2> &points, Random &random) {
  std::vector<Link> links;
  for (std::size_t k = 1; k < points.size(); ++k) {
    std::size_t best = 0;
    double least = 1e30;
    for (std::size_t j = 0; j < k; ++j) {
      const double distance =
          std::hypot(points[k].x - points[j].x, points[k].y - points[j].y) * std::exp(Normal(random, 0.4));
      if (distance < least) {
        least = distance;
        best = j;
      }
    }
    links.push_back({static_cast<int>(best), static_cast<int>(k)});
  }
  return links;
}

class PhotoEpisodes : public EpisodeSource {
 public:
  PhotoEpisodes(const PhotoOptions &photos, const EpisodeOptions &episodes)
      : photo_options_(photos), options_(episodes), shelf_(photos.folders, photos.max_broken_share) {}

  Episode Make(Random &random) const override {
    CutOut object = CutObject(random);
    const std::vector<Link> links = RandomTree(object.points, random);
    const bool present = !Chance(random, options_.absent_share);
    View support, query;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      support = Place(object, random);
      query = Place(object, random);
      if (CommonPoints(support, query) >= kLeastCommon) break;
    }
    if (!present) query.picture = shelf_.Backdrop(options_.crop_size, random);
    if (Chance(random, options_.occluder_share)) {
      AddOccluder(query, shelf_.Backdrop(options_.crop_size, random), random);
    }
    AugmentColour(support.picture, random);
    AugmentColour(query.picture, random);
    return FinishEpisode(support, query, links, present, options_, random, "photo");
  }

 private:
  CutOut CutObject(Random &random) const {
    CutOut object;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      object.photo = shelf_.Draw(random);
      const double shorter = std::min(object.photo.cols, object.photo.rows);
      if (Chance(random, photo_options_.whole_photo_share)) {
        object.mask = cv::Mat(object.photo.size(), CV_8U, cv::Scalar(255));
      } else {
        const cv::Point2d centre(Uniform(random, 0.3, 0.7) * object.photo.cols,
                                 Uniform(random, 0.3, 0.7) * object.photo.rows);
        object.mask = BlobMask(object.photo.size(), centre, Uniform(random, 0.2, 0.45) * shorter,
                               LogUniform(random, 0.35, 1), random);
      }
      object.bounds = cv::boundingRect(object.mask > 127);
      if (object.bounds.width < 24 || object.bounds.height < 24) continue;
      const int count =
          UniformInt(random, photo_options_.min_points, std::min(photo_options_.max_points, options_.padded_keypoints));
      const double least_distance = 0.04 * std::max(object.bounds.width, object.bounds.height);
      object.points = PointsOn(object.photo, object.mask, count, least_distance, random);
      if (static_cast<int>(object.points.size()) >= photo_options_.min_points) return object;
    }
    throw Error(ErrorCode::kInput,
                photo_options_.folders.front() + ": the photographs are too small or too plain for episodes");
  }

  View Place(const CutOut &object, Random &random) const {
    WarpLimits limits;
    limits.crop_size = options_.crop_size;
    limits.scale_min = photo_options_.scale_min;
    limits.scale_max = photo_options_.scale_max;
    limits.bend_px = photo_options_.bend_px * options_.crop_size / 256;
    const RandomWarp warp(object.bounds, RandomRotation(random, options_, options_.rotation_deg), limits, random);
    const cv::Mat foreground = warp.Apply(object.photo, cv::BORDER_REFLECT_101);
    const cv::Mat mask = warp.Apply(object.mask, cv::BORDER_CONSTANT);
    View view;
    view.picture = Blend(foreground, shelf_.Backdrop(options_.crop_size, random), mask);
    for (const Point2 &p : object.points) view.points.push_back(warp.Apply(p));
    view.visible.assign(object.points.size(), true);
    return view;
  }

  PhotoOptions photo_options_;
  EpisodeOptions options_;
  PhotoShelf shelf_;
};

}  // namespace

std::shared_ptr<EpisodeSource> MakePhotoEpisodes(const PhotoOptions &photos, const EpisodeOptions &episodes) {
  return std::make_shared<PhotoEpisodes>(photos, episodes);
}

}  // namespace kpt::train
