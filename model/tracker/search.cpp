#include "search.h"

#include <algorithm>
#include <cmath>

#include "crop.h"

namespace kpt {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kWindowShares[] = {1, 0.7, 0.5, 0.35};  ///< of the frame's longer side
constexpr double kWindowStep = 0.25;                     ///< of the frame's longer side, but
constexpr double kWindowStepOfSide = 0.5;                ///< no more than this of the window's own
constexpr std::size_t kWindowsPerFrame = 3;
constexpr std::size_t kShortlist = 3;
constexpr double kSmallestObject = 8;  ///< pixels
constexpr double kTurns[] = {kPi / 4, -kPi / 4, kPi / 2, -kPi / 2, 3 * kPi / 4, -3 * kPi / 4, kPi};
constexpr double kSurroundings[] = {1, 1.6, 2.5};  ///< of the last crop's side

/// The place whose crop is a square window.
Similarity PlaceOfWindow(Point2 centre, double side, double angle_rad) {
  return Similarity::Make(side / kCropSides, angle_rad, centre);
}

Similarity Turned(const Similarity &place, double angle_rad) {
  return Similarity::Make(place.scale(), place.angle_rad() + angle_rad, place.shift());
}

/// Centres of windows of `side` along an axis of `length` pixels: none sticks out further than it must.
std::vector<double> Centres(double side, double length, double step) {
  if (side >= length) return {length / 2};
  const int count = 1 + static_cast<int>(std::ceil((length - side) / step - 1e-6));
  std::vector<double> centres(count);
  for (int i = 0; i < count; ++i) centres[i] = side / 2 + (length - side) * i / (count - 1);
  return centres;
}

}  // namespace

float MeanConfidence(const ObjectLayout &layout, const Measurements &points) {
  float sum = 0;
  for (std::size_t i = 0; i < points.size(); ++i) sum += layout.known[i] ? points[i].confidence : 0.0F;
  return sum / static_cast<float>(layout.known_count);
}

void Search::PlanWindows(int width, int height) {
  if (width == width_ && height == height_) return;
  width_ = width;
  height_ = height;
  next_window_ = 0;
  windows_.clear();
  const double longer = std::max(width, height);
  for (const double share : kWindowShares) {
    const double side = share * longer;
    const double step = std::min(kWindowStep * longer, kWindowStepOfSide * side);
    for (const double y : Centres(side, height, step)) {
      for (const double x : Centres(side, width, step)) {
        const Point2 centre{static_cast<float>(x - 0.5), static_cast<float>(y - 0.5)};
        windows_.push_back(PlaceOfWindow(centre, side, 0));
      }
    }
  }
}

Candidate Search::Judge(const Similarity &place, const Measurements &points) const {
  std::vector<Point2> xy(points.size());
  std::vector<float> weight(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    xy[i] = points[i].xy_in_frame;
    weight[i] = layout_->known[i] ? points[i].confidence : 0.0F;
  }
  const RobustFit fit = FitRobustly({layout_->points, xy, weight}, kLayoutTolerance, place);
  Candidate candidate{fit.transform, points, MeanConfidence(*layout_, points), fit.explained};
  const double largest = kCropSides * place.scale();
  if (!(fit.transform.scale() >= kSmallestObject) || fit.transform.scale() > largest) {
    candidate.frame_from_object = place;
    candidate.explained = 0;
  }
  const auto is_here = [&](const CrowdMember &other) { return SameObject(other.place, candidate.frame_from_object); };
  if (std::any_of(others_.begin(), others_.end(), is_here)) candidate.explained = 0;
  candidate.explained *= 1 - ShareOfOthers(points, others_);
  return candidate;
}

void Search::Look(FramePixels &frame, const std::vector<Similarity> &places, FrameResult::StageTimes *times) {
  questions_.clear();
  for (const Similarity &place : places)
    questions_.push_back({place, nullptr, true, others_.empty() ? nullptr : &others_});
  batch_->Ask(frame, questions_, times, &answers_);
  found_.clear();
  for (std::size_t i = 0; i < places.size(); ++i) found_.push_back(Judge(places[i], answers_[i]));
  std::stable_sort(found_.begin(), found_.end(),
                   [](const Candidate &p, const Candidate &q) { return p.score() > q.score(); });
}

Candidate Search::LookCloser(FramePixels &frame, Candidate candidate, bool turned, FrameResult::StageTimes *times) {
  constexpr int kRounds = 2;
  for (int round = 0; round < kRounds; ++round) {
    places_.assign(1, candidate.frame_from_object);
    if (turned && round == 0) {
      for (const double turn : kTurns) places_.push_back(Turned(candidate.frame_from_object, turn));
    }
    Look(frame, places_, times);
    if (found_.front().score() <= candidate.score()) break;
    candidate = found_.front();
  }
  return candidate;
}

Candidate Search::Everywhere(FramePixels &frame, FrameResult::StageTimes *times) {
  PlanWindows(frame.width(), frame.height());
  Look(frame, windows_, times);
  const std::vector<Candidate> shortlist(found_.begin(), found_.begin() + std::min(kShortlist, found_.size()));
  Candidate best;
  for (const Candidate &candidate : shortlist) {
    Candidate closer = LookCloser(frame, candidate, true, times);
    if (closer.score() >= best.score()) best = std::move(closer);
  }
  return best;
}

Candidate Search::Further(FramePixels &frame, const std::optional<Similarity> &last, float threshold,
                          FrameResult::StageTimes *times) {
  PlanWindows(frame.width(), frame.height());
  places_.clear();
  const std::optional<Box> change = changes_.Largest(frame, others_);
  const std::size_t windows = change ? kWindowsPerFrame - 1 : kWindowsPerFrame;
  for (std::size_t i = 0; i < std::min(windows, windows_.size()); ++i) {
    const Similarity &window = windows_[next_window_ % windows_.size()];
    // An object that was seen before is probably turned as it was then; every other round assumes nothing.
    const bool as_last = last && (next_window_ / windows_.size()) % 2 == 0;
    places_.push_back(as_last ? Turned(window, last->angle_rad()) : window);
    ++next_window_;
  }
  const double larger = kSurroundings[next_window_ / windows % std::size(kSurroundings)];
  const double angle = last ? last->angle_rad() : 0;
  const auto look_around = [&](double side, Point2 centre) {
    places_.push_back(Similarity::Make(side * larger, angle, centre));
  };
  if (last) look_around(last->scale(), last->shift());
  if (change) {
    const Similarity here = FrameFromObject(*change, angle);
    look_around(last ? last->scale() : here.scale(), here.shift());
  }
  return BestOf(frame, places_, threshold, times);
}

Candidate Search::BestOf(FramePixels &frame, const std::vector<Similarity> &places, float threshold,
                         FrameResult::StageTimes *times) {
  Look(frame, places, times);
  const Candidate best = found_.front();
  const bool hopeful = best.score() >= 0.25 * threshold;
  return hopeful ? LookCloser(frame, best, !best.Convincing(threshold), times) : best;
}

Candidate Search::InRegion(FramePixels &frame, const Box &box, float threshold, FrameResult::StageTimes *times) {
  const Similarity upright = FrameFromObject(box, 0);
  const double turn = kTurns[next_turn_++ % std::size(kTurns)];
  return BestOf(frame, {upright, Turned(upright, turn)}, threshold, times);
}

Candidate Search::InBox(FramePixels &frame, const OrientedBox &box, float threshold, FrameResult::StageTimes *times) {
  const Similarity place = FrameFromObject(box.box, box.angle_deg * kPi / 180);
  Look(frame, {place}, times);
  Candidate straight = found_.front();
  straight.frame_from_object = place;  // the user knows better than a fit to what other pictures show
  if (straight.Convincing(threshold)) return straight;
  Candidate turned = LookCloser(frame, straight, true, times);
  return turned.Convincing(threshold) ? turned : straight;
}

}  // namespace kpt
