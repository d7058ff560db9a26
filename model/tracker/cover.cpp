#include "cover.h"

#include <algorithm>

namespace kpt {
namespace {

constexpr double kAround = 0.1;                    ///< box sides; about what flow looks at
constexpr float kSeen = 0.3F, kHidden = 0.8F;      ///< unchanged shares near a point
constexpr float kNoRise = 0.05F, kEdge = 0.3F;     ///< unchanged shares around it above the usual
constexpr float kGain = 0.5F, kUsualGain = 0.05F;  ///< of each frame

float Ramp(float value, float from, float to) { return std::clamp((value - from) / (to - from), 0.0F, 1.0F); }

}  // namespace

void Cover::Reset(std::size_t keypoints) {
  covered_.assign(keypoints, 0);
  at_edge_.assign(keypoints, 0);
  usual_.assign(keypoints, SceneMemory::kNotKnown);
}

float Cover::Share() const {
  float covered = 0;
  for (std::size_t i = 0; i < covered_.size(); ++i) covered += covered_[i] >= kCovered || at_edge_[i] >= kCovered;
  return covered / static_cast<float>(covered_.size());
}

bool Cover::Held(std::size_t keypoint, const SceneMemory &scene, Point2 there) const {
  return at_edge_[keypoint] >= kCovered && scene.Unchanged(there, SceneMemory::kPointReach) >= kHidden;
}

void Cover::Look(const SceneMemory &scene, const std::vector<Point2> &places) {
  for (std::size_t i = 0; i < covered_.size(); ++i) {
    const float around = scene.Unchanged(places[i], kAround);
    at_edge_[i] = 0;
    if (around != SceneMemory::kNotKnown) {
      if (usual_[i] == SceneMemory::kNotKnown) usual_[i] = around;
      at_edge_[i] = Ramp(around - usual_[i], kNoRise, kEdge);
      if (covered_[i] < kCovered) usual_[i] += kUsualGain * (around - usual_[i]);
    }
    const float near = scene.Unchanged(places[i], SceneMemory::kPointReach);
    covered_[i] += kGain * (Ramp(near, kSeen, kHidden) - covered_[i]);  // not known: seen
  }
}

}  // namespace kpt
