#include "flow.h"

#include <algorithm>
#include <cmath>

#include "cover.h"

namespace kpt {
namespace {

constexpr double kObjectPixels = 256;       ///< of the grey picture, for the object's longer side at most
constexpr double kRegionSides = 1.2;        ///< from the object's centre to the region's edge, in box sides
constexpr double kReuseSides = 0.75;        ///< the same region serves while it reaches this far
constexpr double kLargestOwnMotion = 0.15;  ///< of a point against the object's, in box sides a frame
constexpr double kNeighbourhoodSides = 0.25;
constexpr double kLag = 0.3;            ///< share of the neighbours' motion that a point at an edge may fall behind
constexpr double kLeastMotion = 0.003;  ///< of the neighbours, in box sides a frame: less tells no lag
constexpr int kFewest = 4;              ///< sound points; with fewer there is no telling who is wrong

/// The part of the frame within `reach` of `centre`; at least one pixel.
cv::Rect Around(Point2 centre, double reach, int width, int height) {
  const auto clamp = [](double v, int limit) {
    return static_cast<int>(std::clamp(v, 0.0, static_cast<double>(limit)));
  };
  const int left = std::min(clamp(centre.x - reach, width), width - 1);
  const int top = std::min(clamp(centre.y - reach, height), height - 1);
  const int right = std::max(clamp(centre.x + reach + 1, width), left + 1);
  const int bottom = std::max(clamp(centre.y + reach + 1, height), top + 1);
  return {left, top, right - left, bottom - top};
}

bool Contains(const cv::Rect &outer, const cv::Rect &inner) { return (outer & inner) == inner; }

/// In pixels of the frame.
double SideOf(const Similarity &frame_from_object) { return std::max(1.0, frame_from_object.scale()); }

double WantedScale(double object_side) { return std::min(1.0, kObjectPixels / object_side); }

GreyRegion RegionAround(const FramePixels &frame, const Similarity &frame_from_object) {
  const double side = SideOf(frame_from_object);
  const cv::Rect rect = Around(frame_from_object.shift(), kRegionSides * side, frame.width(), frame.height());
  return GreyRegion::Scaled(rect, WantedScale(side));
}

}  // namespace

void Flow::Announce(FramePixels &frame, const Similarity &frame_from_object) {
  next_region_.reset();
  if (!remembered_ || !IsAsLargeAs(frame)) return;
  frame.Announce(region_);
  if (Serves(region_, frame, frame_from_object)) return;
  next_region_ = RegionAround(frame, frame_from_object);
  frame.Announce(*next_region_);
}

/// The scale may be off by a third before the picture is taken anew.
bool Flow::Serves(const GreyRegion &region, const FramePixels &frame, const Similarity &frame_from_object) const {
  const double side = SideOf(frame_from_object), wanted = WantedScale(side);
  const bool scale_fits = region.scale_x < wanted * 1.34 && wanted < region.scale_x * 1.34;
  const cv::Rect needed = Around(frame_from_object.shift(), kReuseSides * side, frame.width(), frame.height());
  return scale_fits && IsAsLargeAs(frame) && Contains(region.rect, needed);
}

bool Flow::IsAsLargeAs(const FramePixels &frame) const {
  return frame_width_ == frame.width() && frame_height_ == frame.height();
}

void Flow::Remember(FramePixels &frame, const Similarity &frame_from_object) {
  object_side_ = SideOf(frame_from_object);
  if (current_ready_ && Serves(region_, frame, frame_from_object)) {
    std::swap(previous_, current_);
  } else {
    const bool announced = next_region_ && Serves(*next_region_, frame, frame_from_object);
    region_ = announced ? *next_region_ : RegionAround(frame, frame_from_object);
    frame.Grey(region_, region_.size(), &grey_);
    BuildPyramid(grey_, &previous_);
  }
  next_region_.reset();
  frame_width_ = frame.width();
  frame_height_ = frame.height();
  remembered_ = true;
  current_ready_ = false;
}

void Flow::Forget() {
  remembered_ = false;
  next_region_.reset();
  motion_ = {};
}

void Flow::Carry(FramePixels &frame, const std::vector<Point2> &points, const std::vector<float> &weight,
                 CarriedPoints *carried) {
  carried->points = points;
  carried->sound.assign(points.size(), false);
  carried->covered.assign(points.size(), false);
  carried->sound_count = 0;
  current_ready_ = false;
  if (!remembered_ || points.empty() || !IsAsLargeAs(frame)) return;
  frame.Grey(region_, region_.size(), &grey_);
  BuildPyramid(grey_, &current_);
  current_ready_ = true;

  Track(points, motion_, carried);  // as things moved in the last frame,
  const Similarity motion = CommonMotion(points, weight, *carried);
  if (Turns(motion * motion_.Inverse())) Track(points, motion, carried);  // and where they did not, once more
  motion_ = CommonMotion(points, weight, *carried);
  DropOutliers(points, carried);
  MoveWithNeighbours(points, carried);
}

const Pyramid &Flow::PreviousMovedBy(const Similarity &motion) {
  if (!Turns(motion)) return previous_;
  LayOnto(previous_[0], region_, motion, region_, &moved_);
  BuildPyramid(moved_, &previous_moved_);
  return previous_moved_;
}

/// Lucas-Kanade from the last picture, moved by `motion`, to this one: what is left to find is small, and no turn.
void Flow::Track(const std::vector<Point2> &points, const Similarity &motion, CarriedPoints *carried) {
  const bool is_moved = Turns(motion);
  start_.clear();
  forward_.clear();
  for (const Point2 &p : points) {
    const Point2 here = region_.FromFrame(p), there = region_.FromFrame(motion(p));
    forward_.emplace_back(there.x, there.y);
    start_.push_back(is_moved ? forward_.back() : cv::Point2f(here.x, here.y));
  }
  lucas_kanade_.Track(PreviousMovedBy(motion), current_, start_, &forward_, &carried->sound);
  carried->sound_count = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    carried->points[i] = carried->sound[i] ? region_.ToFrame({forward_[i].x, forward_[i].y}) : points[i];
    carried->sound_count += carried->sound[i];
  }
}

/// The similarity transform that most sound points follow; none where too few are left to tell.
Similarity Flow::CommonMotion(const std::vector<Point2> &points, const std::vector<float> &weight,
                              const CarriedPoints &carried) {
  if (carried.sound_count < kFewest) return {};
  weight_.resize(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) weight_[i] = carried.sound[i] ? weight[i] : 0.0F;
  return FitRobustly({points, carried.points, weight_}, kLargestOwnMotion * object_side_, Similarity{}).transform;
}

void Flow::DropOutliers(const std::vector<Point2> &points, CarriedPoints *carried) {
  if (carried->sound_count < kFewest) return;
  const double tolerance = kLargestOwnMotion * object_side_;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point2 expected = motion_(points[i]);
    const double own = std::hypot(carried->points[i].x - expected.x, carried->points[i].y - expected.y);
    if (!carried->sound[i] || own <= tolerance) continue;
    carried->sound[i] = false;
    --carried->sound_count;
  }
}

void Flow::MoveWithNeighbours(const std::vector<Point2> &points, CarriedPoints *carried) {
  if (carried->sound_count == 0 || carried->sound_count == static_cast<int>(points.size())) return;
  free_.assign(points.size(), 1.0F);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!carried->sound[i]) carried->points[i] = WithNeighbours(i, points, *carried);
  }
}

/// Where the sound and free points nearby carry this one; without any, where all points' motion does.
Point2 Flow::WithNeighbours(std::size_t point, const std::vector<Point2> &points, const CarriedPoints &carried) {
  const double reach = kNeighbourhoodSides * object_side_;
  bool any = false;
  weight_.resize(points.size());
  for (std::size_t j = 0; j < points.size(); ++j) {
    const double dx = points[point].x - points[j].x, dy = points[point].y - points[j].y;
    const bool tells = j != point && carried.sound[j];
    weight_[j] = tells ? free_[j] * static_cast<float>(1 / (1 + (dx * dx + dy * dy) / (reach * reach))) : 0.0F;
    any = any || weight_[j] > 0;
  }
  if (!any) return motion_(points[point]);
  return FitRobustly({points, carried.points, weight_}, 0.05 * object_side_, Similarity{}).transform(points[point]);
}

bool Flow::Lags(Point2 from, Point2 by_flow, Point2 with_neighbours) const {
  const double nx = with_neighbours.x - from.x, ny = with_neighbours.y - from.y;
  const double fx = by_flow.x - from.x, fy = by_flow.y - from.y;
  const double whole = nx * nx + ny * ny, least = kLeastMotion * object_side_;
  const bool slower = fx * fx + fy * fy <= whole;
  return slower && whole >= least * least && fx * nx + fy * ny <= (1 - kLag) * whole;
}

void Flow::CarryCovered(const std::vector<Point2> &points, const std::vector<float> &covered,
                        const std::vector<float> &at_edge, CarriedPoints *carried) {
  if (!current_ready_) return;
  free_.resize(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    free_[i] = FreeAsNeighbour(covered[i], at_edge[i]);
    carried->covered[i] = covered[i] >= Cover::kCovered;
    if (carried->covered[i]) carried->sound[i] = false;
  }
  with_neighbours_ = carried->points;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool may_lag = at_edge[i] > 0 && carried->sound[i];
    if (!carried->covered[i] && !may_lag) continue;
    const Point2 there = WithNeighbours(i, points, *carried);
    if (!carried->covered[i] && !Lags(points[i], carried->points[i], there)) continue;
    carried->covered[i] = true;
    with_neighbours_[i] = there;
  }
  std::swap(carried->points, with_neighbours_);
  carried->sound_count = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    carried->sound[i] = carried->sound[i] && !carried->covered[i];
    carried->sound_count += carried->sound[i];
  }
}

}  // namespace kpt
