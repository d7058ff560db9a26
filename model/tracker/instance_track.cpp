#include "instance_track.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "kpt/base/error.h"

namespace kpt {
namespace {

constexpr int kSoundToFollow = 4;      ///< points that tell the common motion; with fewer the fit alone decides
constexpr double kPlaceGain = 0.2;     ///< of the fit to the layout, which limbs pull about, against the common motion
constexpr double kPulledGain = 0.1;    ///< of each frame in the mean of corrections
constexpr float kLeastWeight = 0.05F;  ///< in the place's fit, of a point that the estimator does not believe in
constexpr float kLeastBelief = 0.05F;  ///< in the estimator's answer about a covered point
constexpr double kAgrees = 0.1;        ///< box sides between a point and an answer that speaks of the same place
constexpr float kNewest = 0.5F;        ///< share of such an answer in a point's confidence
constexpr float kFewCovered = 0.1F;    ///< share of the points: with fewer the object is whole
constexpr int kKeyEvery = 5;           ///< frames: an edge that comes over the object is noticed some frames late

/// The smallest box around the points that are not lost.
Box HullOf(const std::vector<TrackedPoint> &points) {
  bool any = false;
  float left = 0, top = 0, right = 0, bottom = 0;
  for (const TrackedPoint &p : points) {
    if (p.visibility == Visibility::kLost) continue;
    const float x = p.xy_in_frame.x, y = p.xy_in_frame.y;
    left = any ? std::min(left, x) : x;
    right = any ? std::max(right, x) : x;
    top = any ? std::min(top, y) : y;
    bottom = any ? std::max(bottom, y) : y;
    any = true;
  }
  return {left, top, right - left, bottom - top};
}

}  // namespace

InstanceTrack::InstanceTrack(int id, const ObjectLayout *layout, const CorrectionFilter::Noise &noise)
    : id_(id), layout_(layout), filter_(noise) {
  smoother_.SetKeypoints(layout->points.size());
  Reset();
}

void InstanceTrack::Reset() {
  states_.Reset();
  last_place_.reset();
  Forget();
}

void InstanceTrack::BecomeAnother(int id) {
  id_ = id;
  Reset();
}

void InstanceTrack::Forget() {
  following_ = expected_ = given_ = inferred_ = false;
  mean_confidence_ = 0;
  pulled_ = 0;
  confidence_.assign(layout_->points.size(), 0);
  flow_.Forget();
  scene_.Forget();
  cover_.Reset(layout_->points.size());
  key_.Forget();
  motion_since_key_.reset();
  smoother_.Reset();
}

void InstanceTrack::LetGo() {
  Forget();
  states_.Reset();
}

void InstanceTrack::Adopt(const Candidate &candidate, bool expected) {
  Forget();
  following_ = inferred_ = true;
  expected_ = expected;
  frames_since_inference_ = 0;
  frame_from_object_ = candidate.frame_from_object;
  mean_confidence_ = candidate.confidence;
  std::vector<Point2> points(candidate.points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool seen = layout_->known[i] && candidate.points[i].confidence > 0;
    points[i] = seen ? candidate.points[i].xy_in_frame : frame_from_object_(layout_->points[i]);
    confidence_[i] = layout_->known[i] ? candidate.points[i].confidence : 0;
  }
  filter_.Start(points, false);
}

void InstanceTrack::StartFrom(const std::vector<Point2> &points_in_frame, const std::vector<bool> &visible) {
  const std::size_t count = layout_->points.size();
  if (points_in_frame.size() != count || visible.size() != count) {
    throw Error(ErrorCode::kInvalidArgument, "StartFrom: " + std::to_string(points_in_frame.size()) + " points and " +
                                                 std::to_string(visible.size()) + " visibilities; the category has " +
                                                 std::to_string(count) + " keypoints.");
  }
  std::vector<float> weight(count);
  int usable = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!visible[i]) continue;
    constexpr float kFar = 1e6F;
    if (!(std::abs(points_in_frame[i].x) < kFar && std::abs(points_in_frame[i].y) < kFar)) {
      throw Error(ErrorCode::kInvalidArgument, "StartFrom: point " + std::to_string(i) + " is no place in a frame.");
    }
    weight[i] = layout_->known[i] ? 1.0F : 0.0F;
    usable += layout_->known[i];
  }
  if (usable < std::min(2, layout_->known_count)) {
    throw Error(ErrorCode::kInvalidArgument, "StartFrom: too few visible points to tell where the object is.");
  }
  Forget();
  following_ = given_ = true;
  frame_from_object_ = FitRobustly({layout_->points, points_in_frame, weight}, kLayoutTolerance,
                                   last_place_.value_or(Similarity{100, 0, 0, 0}))
                           .transform;
  std::vector<Point2> points = points_in_frame;
  for (std::size_t i = 0; i < count; ++i) {
    if (!visible[i]) points[i] = frame_from_object_(layout_->points[i]);
    confidence_[i] = visible[i] && layout_->known[i] ? 1.0F : 0.0F;
  }
  mean_confidence_ = 1;
  filter_.Start(points, true);
  states_.Reset(TrackState::kTracked);
}

void InstanceTrack::StartHere(const std::vector<Point2> &points_in_frame, const std::vector<bool> &visible) {
  StartFrom(points_in_frame, visible);
  given_ = false;
}

void InstanceTrack::Continue(const InstanceTrack &before, const TrackerSettings &settings) {
  BecomeAnother(before.id_);
  if (!before.following_ || before.SearchDue(settings)) return;
  const ObjectLayout *layout = layout_;
  const CorrectionFilter fresh = filter_;
  *this = before;  // the last picture too: flow carries the points into the next frame as if nothing had changed
  layout_ = layout;
  key_.Forget();  // it is placed by the other's layout
  filter_ = fresh;
  filter_.Continue(before.filter_);
  weight_.assign(layout_->known.begin(), layout_->known.end());
  frame_from_object_ =
      FitRobustly({layout_->points, points(), weight_}, kLayoutTolerance, before.frame_from_object_).transform;
  last_place_ = frame_from_object_;
}

void InstanceTrack::BeginFrame() {
  inferred_ = false;
  motion_.clear();
  motion_since_key_.reset();
  anticipated_.reset();
  if (following_) ++frames_since_inference_;
}

void InstanceTrack::Anticipate(FramePixels &frame) {
  if (!following_) return;
  const Similarity motion = given_ ? Similarity{} : flow_.common_motion();
  anticipated_ = layout_->fills_picture ? frame_from_object_ : motion * frame_from_object_;
  anticipated_points_ = filter_.points();
  for (Point2 &point : anticipated_points_) point = motion(point);
  flow_.Announce(frame, *anticipated_);
}

void InstanceTrack::Predict(FramePixels &frame, const TrackerSettings &settings) {
  if (!following_) return;
  const bool carried = settings.use_flow && !given_;
  if (carried) {
    CarryPoints(frame);
    motion_.resize(carried_.points.size());
    for (std::size_t i = 0; i < motion_.size(); ++i) {
      motion_[i] = {carried_.points[i].x - filter_.points()[i].x, carried_.points[i].y - filter_.points()[i].y};
    }
    filter_.Predict(carried_, frame_from_object_.scale());
  }
  given_ = false;
  FollowPoints(carried && carried_.sound_count >= kSoundToFollow);
}

void InstanceTrack::CarryPoints(FramePixels &frame) {
  const std::vector<Point2> &points = filter_.points();
  weight_ = layout_->steady;
  for (std::size_t i = 0; i < weight_.size(); ++i) {
    weight_[i] *= FreeAsNeighbour(cover_.covered()[i], cover_.at_edge()[i]);
  }
  flow_.Carry(frame, points, weight_, &carried_);
  scene_.Compare(flow_.picture(), flow_.region(), frame_from_object_.scale());
  looked_at_ = carried_.points;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (cover_.covered()[i] >= Cover::kCovered) looked_at_[i] = flow_.common_motion()(points[i]);
  }
  cover_.Look(scene_, looked_at_);
  flow_.CarryCovered(points, cover_.covered(), cover_.at_edge(), &carried_);
  FindUnderCover();
}

/// While something lies over a part of the object, what is seen of the rest tells where all of it is.
void InstanceTrack::FindUnderCover() {
  if (!key_.taken() || cover_.Share() == 0) return;
  const Similarity expected = flow_.common_motion() * frame_from_object_ * key_.frame_from_object().Inverse();
  motion_since_key_ = key_.Find(flow_.pyramid(), flow_.region(), expected, scene_);
  for (std::size_t i = 0; motion_since_key_ && i < carried_.points.size(); ++i) {
    const Point2 there = (*motion_since_key_)(key_.points()[i]);
    if (key_.seen()[i]) {
      cover_.Uncover(i);
      carried_.points[i] = there;
    } else if (cover_.covered()[i] >= Cover::kCovered || cover_.Held(i, scene_, there)) {
      carried_.points[i] = there;
      carried_.covered[i] = true;
      carried_.sound[i] = false;
    }
  }
}

void InstanceTrack::FollowPoints(bool carried) {
  if (layout_->fills_picture) return;  // it is where the picture is
  if (motion_since_key_) {
    frame_from_object_ = *motion_since_key_ * key_.frame_from_object();
    return;
  }
  weight_.resize(confidence_.size());
  for (std::size_t i = 0; i < weight_.size(); ++i) {
    weight_[i] = layout_->known[i] ? std::max(SeenConfidence(i), kLeastWeight) * layout_->steady[i] : 0.0F;
  }
  const Similarity predicted = carried ? flow_.common_motion() * frame_from_object_ : frame_from_object_;
  const Similarity fit = FollowObject(*layout_, filter_.points(), weight_, predicted);
  frame_from_object_ = carried ? Between(predicted, fit, kPlaceGain) : fit;
}

bool InstanceTrack::InferenceDue(const TrackerSettings &settings) const {
  if (!following_ || !settings.use_network) return false;
  const bool sure = states_.state() == TrackState::kTracked && states_.doubtful_frames() == 0;
  return !sure || frames_since_inference_ >= settings.inference_interval;
}

CropQuestion InstanceTrack::Question(const TrackerSettings &settings) {
  // An answer without a seed finds points that flow has led astray. Expecting the layout helps it, but a place that has
  // turned too far would confirm itself: every other one does without.
  ++questions_;
  const int every = settings.seeded_every;
  const bool seeded = (every > 0 && questions_ % every == 0) || !settings.use_flow;
  const Similarity &place = anticipated_ ? *anticipated_ : frame_from_object_;
  if (seeded) return {place, anticipated_ ? &anticipated_points_ : &filter_.points(), false, nullptr};
  const int unseeded = questions_ - (every > 0 ? questions_ / every : 0);
  return {place, nullptr, unseeded % 2 == 0, nullptr};
}

/// Of a point that something lies over the estimator can only guess.
const Measurements &InstanceTrack::Discounted(const Measurements &measurements) {
  discounted_ = measurements;
  for (std::size_t i = 0; i < discounted_.size(); ++i) {
    discounted_[i].confidence *= std::max(cover_.Free(i) * cover_.Free(i), kLeastBelief);
  }
  return discounted_;
}

void InstanceTrack::Correct(const Measurements &measurements, const TrackerSettings &settings) {
  inferred_ = true;
  frames_since_inference_ = 0;
  mean_confidence_ = MeanConfidence(*layout_, measurements);
  if (settings.use_flow && settings.use_filter) {
    const std::vector<Point2> predicted = filter_.points();
    filter_.Correct(Discounted(measurements), frame_from_object_, *layout_);
    double moved = 0;
    for (std::size_t i = 0; i < predicted.size(); ++i) {
      moved += std::hypot(filter_.points()[i].x - predicted[i].x, filter_.points()[i].y - predicted[i].y);
    }
    moved /= static_cast<double>(predicted.size()) * frame_from_object_.scale();
    pulled_ += kPulledGain * (moved - pulled_);
  } else {
    filter_.Replace(measurements);
  }
  Believe(measurements);
}

/// An answer near a point is about it, whatever its confidence. One elsewhere speaks against the point as far as it is
/// sure; an unsure one says nothing. What looks as it did in the key picture is believed as then.
void InstanceTrack::Believe(const Measurements &measurements) {
  for (std::size_t i = 0; i < confidence_.size(); ++i) {
    if (!layout_->known[i]) continue;
    const Point2 point = filter_.points()[i], answer = measurements[i].xy_in_frame;
    const double off = std::hypot(point.x - answer.x, point.y - answer.y) / (kAgrees * frame_from_object_.scale());
    const auto agrees = static_cast<float>(std::exp(-off * off / 2));
    const float sure = measurements[i].confidence, weight = agrees + (1 - agrees) * sure;
    confidence_[i] += kNewest * weight * (agrees * sure - confidence_[i]);
    if (motion_since_key_ && key_.seen()[i]) confidence_[i] = std::max(confidence_[i], key_confidence_[i]);
  }
}

void InstanceTrack::Miss() {
  inferred_ = true;
  frames_since_inference_ = 0;
  mean_confidence_ = 0;
  std::fill(confidence_.begin(), confidence_.end(), 0.0F);
}

bool InstanceTrack::Confident(const TrackerSettings &settings) const {
  return mean_confidence_ >= settings.confidence_threshold || motion_since_key_;
}

bool InstanceTrack::SearchDue(const TrackerSettings &settings) const {
  if (!following_) return true;
  if (!inferred_ || Confident(settings)) return false;
  const int doubtful = states_.doubtful_frames() + 1;
  const bool patient = states_.state() == TrackState::kTracked || expected_;
  return !patient || doubtful >= kDoubtfulFramesToSearch;
}

std::optional<EventKind> InstanceTrack::Judge(const TrackerSettings &settings) {
  if (following_ && !settings.use_network) {  // flow alone cannot doubt itself
    states_.Reset(TrackState::kTracked);
    return std::nullopt;
  }
  if (following_ && !inferred_) return std::nullopt;  // nothing new is known
  const bool confident = following_ && Confident(settings);
  const TrackState before = states_.state();
  const std::optional<EventKind> event = states_.Judge(confident, settings.max_lost_frames);
  if (confident) last_place_ = frame_from_object_;
  if (states_.state() == TrackState::kTracked) expected_ = false;
  if (states_.state() == TrackState::kLost && !confident) Forget();
  if (before != states_.state()) {
    constexpr const char *kNames[] = {"searching", "tracked", "lost"};
    spdlog::debug("instance {}: {} (confidence {:.2f})", id_, kNames[static_cast<int>(states_.state())],
                  mean_confidence_);
  }
  return event;
}

void InstanceTrack::Remember(FramePixels &frame, const TrackerSettings &settings) {
  if (!following_ || !settings.use_flow) return;
  flow_.Remember(frame, frame_from_object_);
  const std::vector<cv::Point2f> outline = Outline();
  const bool whole = mean_confidence_ >= settings.confidence_threshold && cover_.Share() < kFewCovered;
  if (++frames_since_key_ >= kKeyEvery && whole) {
    key_.Take(flow_.picture(), flow_.region(), points(), outline, frame_from_object_);
    key_confidence_ = confidence_;
    frames_since_key_ = 0;
  }
  scene_.Learn(flow_.picture(), flow_.region(), outline, frame_from_object_.scale());
}

/// Around all points and the layout's box; convex.
std::vector<cv::Point2f> InstanceTrack::Outline() const {
  std::vector<cv::Point2f> all, outline;
  for (const Point2 &p : points()) all.emplace_back(p.x, p.y);
  const Box &box = layout_->hull;
  for (const float x : {box.x, box.x + box.width}) {
    for (const float y : {box.y, box.y + box.height}) {
      const Point2 p = frame_from_object_({x, y});
      all.emplace_back(p.x, p.y);
    }
  }
  cv::convexHull(all, outline);
  return outline;
}

float InstanceTrack::MeanSeenConfidence() const {
  float sum = 0;
  for (std::size_t i = 0; i < confidence_.size(); ++i) sum += SeenConfidence(i);
  return sum / static_cast<float>(std::max(1, layout_->known_count));
}

Visibility InstanceTrack::VisibilityOf(std::size_t keypoint, const TrackerSettings &settings) const {
  if (!layout_->known[keypoint]) return Visibility::kLost;
  const bool known_by_caller =
      states_.state() == TrackState::kTracked && states_.confident_frames() == 0 && states_.doubtful_frames() == 0;
  if (!known_by_caller && (!inferred_ || !Confident(settings))) return Visibility::kProjected;
  return SeenConfidence(keypoint) >= settings.confidence_threshold ? Visibility::kVisible : Visibility::kHidden;
}

bool InstanceTrack::Report(double time_s, const TrackerSettings &settings, Instance *instance) {
  instance->id = id_;
  instance->state = states_.state();
  instance->confidence = motion_since_key_ ? MeanSeenConfidence() : mean_confidence_;
  if (states_.state() == TrackState::kLost || !following_) {
    instance->points.clear();
    instance->box = {};
    return states_.state() == TrackState::kLost;
  }
  smoothed_ = filter_.points();
  if (settings.smoothing == Smoothing::kOneEuro) {
    const OneEuroSettings one_euro{settings.min_cutoff_hz, settings.beta};
    smoother_.Smooth({time_s, frame_from_object_.scale(), motion_}, one_euro, &smoothed_);
  }
  instance->points.resize(smoothed_.size());
  for (std::size_t i = 0; i < smoothed_.size(); ++i) {
    instance->points[i] = {smoothed_[i], filter_.points()[i], SeenConfidence(i), VisibilityOf(i, settings)};
  }
  instance->box = HullOf(instance->points);
  return true;
}

std::vector<CrowdMember> SureMembers(const std::vector<InstanceTrack> &tracks, const TrackerSettings &settings) {
  std::vector<CrowdMember> members;
  for (const InstanceTrack &track : tracks) {
    if (track.following() && !track.SearchDue(settings)) members.push_back({track.place(), &track.points()});
  }
  return members;
}

}  // namespace kpt
