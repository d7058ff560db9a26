// Smoothing: how much the points of a resting object tremble under sensor noise, and how much later than the raw points
// the smoothed ones are when it moves.
#include <algorithm>
#include <cmath>

#include "composed/question.h"

namespace kpt::composed {
namespace {

constexpr int kSettling = 45;
constexpr double kPi = 3.14159265358979323846;

using Points = std::vector<cv::Point2f>;

/// The same points frame by frame, before and after smoothing.
struct Paths {
  std::vector<Points> raw, smoothed, truth;
  int tracked = 0;
};

template <typename Way>
Paths PathsAlong(const Setup &setup, int index, int frames, double noise, const Way &way) {
  const CutOut &object = setup.Object(index);
  Composer scene(object, kFrameSize, 100 + index);
  Follower follower(setup, object, ExpectedAt(object, way(0)));
  Paths paths;
  for (int f = 0; f < kSettling + frames; ++f) {
    const Placement at = way(f);
    follower.See(scene.Draw({at, std::nullopt, noise}));
    if (f < kSettling || !follower.SaysTracked()) continue;
    ++paths.tracked;
    paths.truth.push_back(scene.Truth(at));
    paths.raw.emplace_back();
    paths.smoothed.emplace_back();
    for (const TrackedPoint &p : follower.points()) {
      paths.raw.back().emplace_back(p.raw_in_frame.x, p.raw_in_frame.y);
      paths.smoothed.back().emplace_back(p.xy_in_frame.x, p.xy_in_frame.y);
    }
  }
  return paths;
}

/// Sum over points and frames of the squared distance from the point's mean place, in box sides.
double Spread(const std::vector<Points> &path, double side) {
  double sum = 0;
  for (std::size_t k = 0; !path.empty() && k < path[0].size(); ++k) {
    cv::Point2f mean;
    for (const Points &points : path) mean += points[k] / static_cast<float>(path.size());
    for (const Points &points : path) sum += std::pow(cv::norm(points[k] - mean) / side, 2);
  }
  return sum;
}

/// The same of what changes from frame to frame: what one sees tremble.
double Steps(const std::vector<Points> &path, double side) {
  double sum = 0;
  for (std::size_t f = 1; f < path.size(); ++f) {
    for (std::size_t k = 0; k < path[f].size(); ++k) sum += std::pow(cv::norm(path[f][k] - path[f - 1][k]) / side, 2);
  }
  return sum;
}

void AskStill(const Setup &setup, Report *report) {
  constexpr int kMeasured = 30;
  constexpr double kNoise = 5;
  double spread[2] = {0, 0}, steps[2] = {0, 0};
  int count = 0, step_count = 0, tracked = 0;
  for (int i = 0; i < setup.cases; ++i) {
    const Paths paths = PathsAlong(setup, i, kMeasured, kNoise, [](int) { return Placement{kMiddle}; });
    const double side = setup.Object(i).side;
    const int points = static_cast<int>(setup.Object(i).points.size());
    spread[0] += Spread(paths.raw, side), spread[1] += Spread(paths.smoothed, side);
    steps[0] += Steps(paths.raw, side), steps[1] += Steps(paths.smoothed, side);
    count += paths.tracked * points;
    step_count += std::max(0, paths.tracked - 1) * points;
    tracked += paths.tracked;
  }
  report->Begin("jitter", {"still scene, noise of 5/255", "cases", "frames tracked, %", "RMS jitter, % of the box",
                           "RMS step from frame to frame, % of the box"});
  const char *names[] = {"raw", "smoothed"};
  for (int k = 0; k < 2; ++k) {
    report->Row({names[k], std::to_string(setup.cases), Number(100.0 * tracked / (setup.cases * kMeasured), 0),
                 Number(100 * std::sqrt(spread[k] / std::max(1, count)), 3),
                 Number(100 * std::sqrt(steps[k] / std::max(1, step_count)), 3)});
  }
}

/// How many frames `late` comes after `early`: where their cross-correlation is largest, to a fraction of a frame.
class LagMeter {
 public:
  void Add(const std::vector<Points> &early, const std::vector<Points> &late) {
    const int frames = static_cast<int>(early.size());
    for (int lag = -kMost; lag <= kMost; ++lag) {
      for (int f = kMost; f + kMost < frames; ++f) {
        for (std::size_t k = 0; k < early[0].size(); ++k)
          distance_[lag + kMost] += std::pow(cv::norm(late[f][k] - early[f - lag][k]), 2);
      }
    }
  }

  /// The smallest of the squared distances, which is the largest correlation, with a parabola through its neighbours.
  double Frames() const {
    const int best = static_cast<int>(std::min_element(distance_.begin(), distance_.end()) - distance_.begin());
    if (best == 0 || best == 2 * kMost) return best - kMost;
    const double before = distance_[best - 1], at = distance_[best], after = distance_[best + 1];
    return best - kMost + 0.5 * (before - after) / (before - 2 * at + after);
  }

 private:
  static constexpr int kMost = 4;
  std::vector<double> distance_ = std::vector<double>(2 * kMost + 1);
};

struct Motion {
  const char *name;
  double sway, swing_deg, breath;  ///< amplitudes: box sides, degrees, share of the size
  double frames_a_period;
};

void AskMoving(const Setup &setup, Report *report) {
  constexpr int kMeasured = 60;
  const Motion motions[] = {{"swaying by half a box, 2 s", 0.5, 0, 0, 60},
                            {"swaying by half a box, 0.67 s", 0.5, 0, 0, 20},
                            {"swaying by a twentieth of a box, 0.67 s", 0.05, 0, 0, 20},
                            {"turning by 30 degrees to and fro, 1 s", 0, 30, 0, 30},
                            {"growing and shrinking by 20 %, 1 s", 0, 0, 0.2, 30}};
  report->Begin("lag", {"moving object, noise of 2/255", "cases", "smoothed behind raw, frames",
                        "raw behind the truth, frames", "smoothed behind the truth, frames"});
  for (const Motion &motion : motions) {
    LagMeter added, raw, whole;
    for (int i = 0; i < setup.cases; ++i) {
      const double side = setup.Object(i).side;
      const Paths paths = PathsAlong(setup, i, kMeasured, kSensorNoise, [&](int f) {
        const double wave = std::sin(2 * kPi * f / motion.frames_a_period);
        const cv::Point2f off(static_cast<float>(motion.sway * side * wave), 0);
        return Placement{kMiddle + off, motion.swing_deg * wave, 1 + motion.breath * wave};
      });
      added.Add(paths.raw, paths.smoothed);
      raw.Add(paths.truth, paths.raw);
      whole.Add(paths.truth, paths.smoothed);
    }
    report->Row({motion.name, std::to_string(setup.cases), Number(added.Frames(), 2), Number(raw.Frames(), 2),
                 Number(whole.Frames(), 2)});
  }
}

}  // namespace

void AskSmoothing(const Setup &setup, Report *report) {
  AskStill(setup, report);
  AskMoving(setup, report);
}

}  // namespace kpt::composed
