// See label_placer.h.
#include "label_placer.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace kpt::gst {
namespace {

constexpr int kDirections = 8;
constexpr int kChoices = 2 * kDirections;  // near, then far
constexpr std::size_t kMaxRemembered = 4096;

bool Overlap(const Box &a, const Box &b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

Point2 DirectionOf(int choice) {
  const float angle = static_cast<float>(choice % kDirections) * (2 * static_cast<float>(M_PI) / kDirections);
  return {std::cos(angle), std::sin(angle)};
}

LabelPlacer::Place PlaceOf(int choice, const LabelPlacer::Request &request) {
  const bool far = choice >= kDirections;
  const float away = far ? 4 * request.away : request.away;
  const Point2 direction = DirectionOf(choice);
  const float x = request.xy.x + direction.x * (away + request.width / 2);
  const float y = request.xy.y + direction.y * (away + request.height / 2);
  return {{x - request.width / 2, y - request.height / 2, request.width, request.height}, far};
}

/// All choices, the best first: near before far, and outward from the object before inward.
std::array<int, kChoices> Ranked(const LabelPlacer::Request &request) {
  const float out_x = request.xy.x - request.object_centre.x;
  const float out_y = request.xy.y - request.object_centre.y;
  const float length = std::max(1e-3F, std::hypot(out_x, out_y));
  const auto cost = [&](int choice) {
    const Point2 direction = DirectionOf(choice);
    const float outward = (direction.x * out_x + direction.y * out_y) / length;  // [-1, 1]
    const float level = std::abs(direction.x);                                   // beside reads better than above
    return (choice >= kDirections ? 4.0F : 0.0F) - outward - 0.5F * level;
  };
  std::array<int, kChoices> order{};
  for (int i = 0; i < kChoices; ++i) order[static_cast<std::size_t>(i)] = i;
  std::sort(order.begin(), order.end(), [&](int a, int b) { return cost(a) < cost(b); });
  return order;
}

}  // namespace

void LabelPlacer::Begin(int width, int height, std::vector<Point2> points) {
  width_ = static_cast<float>(width);
  height_ = static_cast<float>(height);
  points_ = std::move(points);
  taken_.clear();
  if (last_choice_.size() > kMaxRemembered) last_choice_.clear();
}

std::optional<LabelPlacer::Place> LabelPlacer::Find(const Request &request) {
  const auto key = std::make_pair(request.instance, request.keypoint);
  const auto use = [&](int choice) {
    const Place place = PlaceOf(choice, request);
    last_choice_[key] = choice;
    taken_.push_back(place.box);
    return place;
  };
  const auto last = last_choice_.find(key);
  if (last != last_choice_.end() && IsFree(PlaceOf(last->second, request).box, request)) return use(last->second);
  for (const int choice : Ranked(request)) {
    if (IsFree(PlaceOf(choice, request).box, request)) return use(choice);
  }
  return std::nullopt;
}

bool LabelPlacer::IsFree(const Box &box, const Request &request) const {
  if (box.x < 0 || box.y < 0 || box.x + box.width > width_ || box.y + box.height > height_) return false;
  const float margin = request.away / 2;
  const Box around = {box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin};
  const auto is_taken = [&](const Box &other) { return Overlap(box, other); };
  const auto is_covered = [&](const Point2 &point) { return Overlap(around, {point.x, point.y, 0, 0}); };
  return std::none_of(taken_.begin(), taken_.end(), is_taken) &&
         std::none_of(points_.begin(), points_.end(), is_covered);
}

}  // namespace kpt::gst
