// Which points of an object something lies over, judged by what the surroundings looked like before the object came
// (scene_memory.h): a point is covered where the picture is as it was, and at an occluder's edge where more of the
// picture around it is than is usual for that point; a leg has ground around it all the time. Called by
// instance_track.cpp.
#pragma once

#include <vector>

#include "kpt/base/geometry.h"
#include "scene_memory.h"

namespace kpt {

/// How much a point tells of the motion of those nearby, [0, 1].
inline float FreeAsNeighbour(float covered, float at_edge) { return (1 - covered) * (1 - at_edge); }

class Cover {
 public:
  static constexpr float kCovered = 0.5F;  ///< a point of more is not to be seen

  void Reset(std::size_t keypoints);

  /// Looks at a frame that the scene was compared with, at each point's place in it.
  void Look(const SceneMemory &scene, const std::vector<Point2> &places);

  /// Of each point: 0, it is seen, to 1, something lies over it.
  const std::vector<float> &covered() const { return covered_; }
  /// Of each point: 0, nothing is near it, to 1, it is at an occluder's edge.
  const std::vector<float> &at_edge() const { return at_edge_; }

  /// Share of the points that are covered or at an edge.
  float Share() const;

  /// Whether an occluder's edge holds a point back that is now at `there`, behind it.
  bool Held(std::size_t keypoint, const SceneMemory &scene, Point2 there) const;

  /// The point was seen after all.
  void Uncover(std::size_t keypoint) { covered_[keypoint] = 0; }

  /// How much of a point is free to be seen, [0, 1].
  float Free(std::size_t keypoint) const { return 1 - covered_[keypoint]; }

 private:
  std::vector<float> covered_, at_edge_;
  std::vector<float> usual_;  ///< share of the wider surroundings of each point that is unchanged
};

}  // namespace kpt
