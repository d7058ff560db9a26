#include "crowd.h"

#include <algorithm>
#include <cmath>

namespace kpt {
namespace {

constexpr double kNearest = 0.3;        // distance of two objects' centres at least, of their mean size
constexpr double kSamePoint = 0.12;     // a point this near to another object's, of its size, is that
constexpr double kClearlyBetter = 0.6;  // the other's distance, of the own
constexpr double kNear = 0.35;          // the other's distance at most, of its size

/// Confidence-weighted mean distance of an answer from predicted points.
double MeanDistance(const Measurements &answer, const std::vector<Point2> &points) {
  double sum = 0, weight = 1e-9;
  for (std::size_t i = 0; i < answer.size(); ++i) {
    const Point2 p = answer[i].xy_in_frame;
    sum += answer[i].confidence * std::hypot(p.x - points[i].x, p.y - points[i].y);
    weight += answer[i].confidence;
  }
  return sum / weight;
}

}  // namespace

bool SameObject(const Similarity &a, const Similarity &b) {
  return std::hypot(a.dx - b.dx, a.dy - b.dy) < kNearest * (a.scale() + b.scale()) / 2;
}

double ShareOfOthers(const Measurements &answer, const std::vector<CrowdMember> &others) {
  double taken = 0, weight = 1e-9;
  for (std::size_t i = 0; i < answer.size(); ++i) {
    const Point2 p = answer[i].xy_in_frame;
    const auto is_here = [&](const CrowdMember &other) {
      const Point2 q = (*other.points)[i];
      return std::hypot(p.x - q.x, p.y - q.y) < kSamePoint * other.place.scale();
    };
    weight += answer[i].confidence;
    if (std::any_of(others.begin(), others.end(), is_here)) taken += answer[i].confidence;
  }
  return taken / weight;
}

bool AboutAnother(const Measurements &answer, const std::vector<CrowdMember> &members, std::size_t self) {
  const double own = MeanDistance(answer, *members[self].points);
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i == self || members[i].points == nullptr) continue;
    const double other = MeanDistance(answer, *members[i].points);
    if (other < kClearlyBetter * own && other < kNear * members[i].place.scale()) return true;
  }
  return false;
}

}  // namespace kpt
