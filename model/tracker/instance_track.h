// One object being followed: its points, its place in the frame, its state. The steps that a frame takes are its public
// functions, in the order in which tracker.cpp calls them; the estimator is asked between them, for all instances at
// once.
#pragma once

#include <optional>
#include <vector>

#include "correction_filter.h"
#include "cover.h"
#include "crop_batch.h"
#include "crowd.h"
#include "flow.h"
#include "key_picture.h"
#include "object_layout.h"
#include "point_smoother.h"
#include "scene_memory.h"
#include "search.h"
#include "track_state.h"

namespace kpt {

class InstanceTrack {
 public:
  /// Borrows the layout.
  InstanceTrack(int id, const ObjectLayout *layout, const CorrectionFilter::Noise &noise);

  void Reset();

  int id() const { return id_; }

  /// It is another object from now on, of which nothing is known yet.
  void BecomeAnother(int id);

  /// Follows what a search found. `expected`: the caller said that the object is there, so that a few doubtful frames
  /// do not make the search begin anew.
  void Adopt(const Candidate &candidate, bool expected);

  /// Follows points that the caller knows of the next frame, as tracked; invisible ones are put where the layout has
  /// them. Throws Error(kInvalidArgument) for wrong counts and points that are no numbers.
  void StartFrom(const std::vector<Point2> &points_in_frame, const std::vector<bool> &visible);

  /// The same for the present frame, when its search is due.
  void StartHere(const std::vector<Point2> &points_in_frame, const std::vector<bool> &visible);

  /// Goes on as the object that another track is; from its points, where it follows them without doubt.
  void Continue(const InstanceTrack &before, const TrackerSettings &settings);

  /// There is an idea of where the object is.
  bool following() const { return following_; }
  const Similarity &place() const { return frame_from_object_; }
  const std::vector<Point2> &points() const { return filter_.points(); }

  /// Mean over the points, in the last frame that the estimator saw; 0 without an object.
  float confidence() const { return mean_confidence_; }

  /// How much the answers of late have moved the points against flow, of the object's size: a track that goes over to
  /// another object is pulled there.
  double pulled() const { return pulled_; }

  /// Gives the object up, to search for it anew: another instance has it.
  void LetGo();

  /// 1. Nothing is known of this frame yet.
  void BeginFrame();

  /// 2. Where the question comes before flow: as things moved in the last frame. Announces the pictures that flow will
  /// want.
  void Anticipate(FramePixels &frame);

  /// 3. Flow carries the points into this frame, and the place follows them.
  void Predict(FramePixels &frame, const TrackerSettings &settings);

  /// Whether the estimator has to look at this frame.
  bool InferenceDue(const TrackerSettings &settings) const;

  /// 4. What to ask the estimator.
  CropQuestion Question(const TrackerSettings &settings);

  /// 5. Its answer.
  void Correct(const Measurements &measurements, const TrackerSettings &settings);

  /// 5. Or the answer is about another instance: nothing was seen of this one.
  void Miss();

  /// 6. Whether the frame should be searched, now that the answer is known.
  bool SearchDue(const TrackerSettings &settings) const;
  std::optional<Similarity> last_place() const { return last_place_; }

  /// 7. Judges the frame; returns the event it caused.
  std::optional<EventKind> Judge(const TrackerSettings &settings);

  /// 8. The frame's result for users. False where there is nothing to say of the object yet.
  bool Report(double time_s, const TrackerSettings &settings, Instance *instance);

  /// 9. Keeps the picture for the next frame's flow.
  void Remember(FramePixels &frame, const TrackerSettings &settings);

 private:
  bool Confident(const TrackerSettings &settings) const;
  void Forget();
  void CarryPoints(FramePixels &frame);
  void FindUnderCover();
  void FollowPoints(bool carried);
  const Measurements &Discounted(const Measurements &measurements);
  void Believe(const Measurements &measurements);
  std::vector<cv::Point2f> Outline() const;
  float SeenConfidence(std::size_t keypoint) const { return confidence_[keypoint] * cover_.Free(keypoint); }
  float MeanSeenConfidence() const;
  Visibility VisibilityOf(std::size_t keypoint, const TrackerSettings &settings) const;

  int id_;
  const ObjectLayout *layout_;
  TrackStateMachine states_;
  CorrectionFilter filter_;
  Flow flow_;
  SceneMemory scene_;
  Cover cover_;
  KeyPicture key_;
  std::optional<Similarity> motion_since_key_;  ///< while the object is partly covered and the rest of it is found
  PointSmoother smoother_;
  CarriedPoints carried_;
  std::vector<Point2> motion_;  ///< of each point since the last frame, by flow; empty where there was none

  bool following_ = false;
  bool expected_ = false;  ///< the caller said where it is, and no frame has confirmed it yet
  bool given_ = false;     ///< the points are the caller's, and belong to the next frame
  bool inferred_ = false;  ///< in this frame
  Similarity frame_from_object_;
  std::optional<Similarity> last_place_;   ///< in the last confident frame
  std::optional<Similarity> anticipated_;  ///< the place in this frame, where the question comes before flow
  std::vector<Point2> anticipated_points_;
  std::vector<float> confidence_;      ///< of each point, by the answers up to now
  std::vector<float> key_confidence_;  ///< the same in the key picture
  std::vector<float> weight_;          ///< of each point when the place follows them
  float mean_confidence_ = 0;
  int frames_since_inference_ = 0;
  int frames_since_key_ = 0;
  int questions_ = 0;  ///< asked so far: they differ in turn
  double pulled_ = 0;
  std::vector<Point2> smoothed_, looked_at_;
  Measurements discounted_;
};

/// Those that are followed and not themselves in doubt.
std::vector<CrowdMember> SureMembers(const std::vector<InstanceTrack> &tracks, const TrackerSettings &settings);

}  // namespace kpt
