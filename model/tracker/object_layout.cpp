#include "object_layout.h"

#include <algorithm>
#include <cmath>

#include "kpt/base/error.h"

namespace kpt {
namespace {

constexpr double kScaleChangePerFrame = 1.05;

Similarity ObjectFromShot(const SupportShot &shot) { return FrameFromObject(shot.box, 0).Inverse(); }

/// Lays one more shot over the layout so far: by the keypoints that both show, else by its box alone.
Similarity ObjectFromFurtherShot(const ObjectLayout &layout, const SupportShot &shot) {
  std::vector<float> weight(layout.points.size());
  for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = layout.known[i] && shot.visible[i] ? 1.0F : 0.0F;
  const Similarity by_box = ObjectFromShot(shot).Inverse();
  return FitRobustly({layout.points, shot.points, weight}, kLayoutTolerance, by_box).transform.Inverse();
}

bool FillsPicture(const SupportShot &shot) {
  constexpr float kShare = 0.9F;
  return shot.box.width >= kShare * static_cast<float>(shot.image.width) &&
         shot.box.height >= kShare * static_cast<float>(shot.image.height);
}

}  // namespace

Similarity FrameFromObject(const Box &box, double angle_rad) {
  const double side = std::max({box.width, box.height, 1.0F});
  return Similarity::Make(side, angle_rad, {box.x + box.width / 2, box.y + box.height / 2});
}

ObjectLayout LayoutOf(const SupportSet &support) {
  if (support.shots.empty()) throw Error(ErrorCode::kSupport, "The support set has no shot.");
  const std::size_t count = support.keypoint_names.size();
  ObjectLayout layout;
  layout.points.resize(count);
  layout.known.resize(count);
  layout.fills_picture = std::all_of(support.shots.begin(), support.shots.end(), FillsPicture);
  std::vector<double> scatter(count);  // sum of squared distances from the mean, in box sides squared
  std::vector<int> seen(count);
  for (const SupportShot &shot : support.shots) {
    if (shot.points.size() != count || shot.visible.size() != count) {
      throw Error(ErrorCode::kSupport, shot.source + ": points of " + std::to_string(shot.points.size()) +
                                           " keypoints, the category has " + std::to_string(count) + ".");
    }
    const bool first = &shot == &support.shots.front();
    const Similarity object_from_shot = first ? ObjectFromShot(shot) : ObjectFromFurtherShot(layout, shot);
    layout.places.push_back(layout.fills_picture ? FrameFromObject(shot.box, 0) : object_from_shot.Inverse());
    for (std::size_t i = 0; i < count; ++i) {
      if (!shot.visible[i]) continue;
      const Point2 p = object_from_shot(shot.points[i]);
      ++seen[i];
      const float dx = p.x - layout.points[i].x, dy = p.y - layout.points[i].y;
      layout.points[i].x += dx / static_cast<float>(seen[i]);
      layout.points[i].y += dy / static_cast<float>(seen[i]);
      scatter[i] += (static_cast<double>(dx) * dx + static_cast<double>(dy) * dy) * (seen[i] - 1) / seen[i];
      layout.known[i] = true;
    }
  }
  constexpr double kSteady = 0.05;  // box sides
  for (std::size_t i = 0; i < count; ++i) {
    const double variance = scatter[i] / std::max(seen[i] - 1, 1);
    layout.steady.push_back(static_cast<float>(kSteady * kSteady / (kSteady * kSteady + variance)));
  }
  layout.known_count = static_cast<int>(std::count(layout.known.begin(), layout.known.end(), true));
  if (layout.known_count == 0) throw Error(ErrorCode::kSupport, "No keypoint is visible in any support shot.");
  const Box &box = support.shots.front().box;
  const float side = std::max({box.width, box.height, 1.0F});
  layout.hull = {-box.width / side / 2, -box.height / side / 2, box.width / side, box.height / side};
  return layout;
}

Similarity FollowObject(const ObjectLayout &layout, const std::vector<Point2> &points_in_frame,
                        const std::vector<float> &weight, const Similarity &previous) {
  const PointPairs pairs{layout.points, points_in_frame, weight};
  const Similarity fit = FitRobustly(pairs, kLayoutTolerance, previous).transform;
  const double scale = fit.scale();
  const double allowed =
      std::clamp(scale, previous.scale() / kScaleChangePerFrame, previous.scale() * kScaleChangePerFrame);
  if (!(scale > 0)) return previous;
  // Scaled about the middle of the keypoints, which is what the fit knows best.
  Point2 middle;
  float total = 0;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    middle.x += weight[i] * layout.points[i].x;
    middle.y += weight[i] * layout.points[i].y;
    total += weight[i];
  }
  if (total > 0) middle = {middle.x / total, middle.y / total};
  const Point2 anchor = fit(middle);
  Similarity followed{fit.a * allowed / scale, fit.b * allowed / scale, 0, 0};
  const Point2 rotated = followed(middle);
  followed.dx = anchor.x - rotated.x;
  followed.dy = anchor.y - rotated.y;
  return followed;
}

}  // namespace kpt
