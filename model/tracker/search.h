// Finds the object anywhere in a frame, at the start and after a loss: asks the estimator about windows of several
// sizes, keeps what one similarity transform of the support's layout explains, then looks again, closer and turned.
// Called by tracker.cpp. Keeps its place in the frame, so that a live stream pays for a few windows a frame only.
#pragma once

#include <optional>
#include <vector>

#include "changes.h"
#include "crop_batch.h"
#include "crowd.h"
#include "measurement.h"
#include "object_layout.h"

namespace kpt {

/// A place where the object may be.
struct Candidate {
  Similarity frame_from_object;
  Measurements points;
  float confidence = 0;  ///< mean over the keypoints that the support shows
  double explained = 0;  ///< share of the confidence that the layout explains

  double score() const { return confidence * explained; }
  /// Good enough to be followed.
  bool Convincing(float threshold) const { return confidence >= threshold && explained >= 0.5; }
};

/// Mean confidence over the keypoints that the support shows.
float MeanConfidence(const ObjectLayout &layout, const Measurements &points);

class Search {
 public:
  /// Borrows both.
  Search(const ObjectLayout *layout, CropBatch *batch) : layout_(layout), batch_(batch) {}

  /// All windows of the frame. Returns the best place, convincing or not.
  Candidate Everywhere(FramePixels &frame, FrameResult::StageTimes *times);

  /// The next few windows of the frame, the surroundings of `last`, where the object was seen last, and what has just
  /// changed.
  Candidate Further(FramePixels &frame, const std::optional<Similarity> &last, float threshold,
                    FrameResult::StageTimes *times);

  /// The object is in this box; turned by it, or otherwise if that convinces more.
  Candidate InBox(FramePixels &frame, const OrientedBox &box, float threshold, FrameResult::StageTimes *times);

  /// A detector saw the object in this box, upright or turned. Of the turned ways it tries one after the other.
  Candidate InRegion(FramePixels &frame, const Box &box, float threshold, FrameResult::StageTimes *times);

  /// The instances that are followed: what belongs to them is not found again.
  void Exclude(std::vector<CrowdMember> others) { others_ = std::move(others); }

  /// The next search begins with the largest window.
  void Rewind() { next_window_ = 0; }

 private:
  void PlanWindows(int width, int height);
  /// Asks about places and puts what it finds there into `found_`, best first.
  void Look(FramePixels &frame, const std::vector<Similarity> &places, FrameResult::StageTimes *times);
  Candidate Judge(const Similarity &place, const Measurements &points) const;
  /// Looks, then closer where the best place found is hopeful.
  Candidate BestOf(FramePixels &frame, const std::vector<Similarity> &places, float threshold,
                   FrameResult::StageTimes *times);
  Candidate LookCloser(FramePixels &frame, Candidate candidate, bool turned, FrameResult::StageTimes *times);

  const ObjectLayout *layout_;
  CropBatch *batch_;
  int width_ = 0, height_ = 0;
  Changes changes_;
  std::vector<Similarity> windows_;  ///< large to small
  std::size_t next_window_ = 0;
  std::size_t next_turn_ = 0;
  std::vector<Similarity> places_;
  std::vector<CropQuestion> questions_;
  std::vector<Measurements> answers_;
  std::vector<Candidate> found_;
  std::vector<CrowdMember> others_;
};

}  // namespace kpt
