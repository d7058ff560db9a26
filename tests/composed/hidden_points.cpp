// Hidden points: the object moves and turns behind a bar that covers a part of it. Does the confidence of a point tell
// that it is covered, and where are the covered points put? Compared with what else could be said of them: they stay
// where they were seen last, they move with the box, or optical flow alone carries them.
#include <algorithm>
#include <cmath>

#include "composed/question.h"
#include "kpt/train/confidence_score.h"

namespace kpt::composed {
namespace {

constexpr int kBefore = 15;          ///< frames before the object reaches the bar
constexpr double kSpeed = 0.02;      ///< box sides a frame
constexpr double kTurn = 2;          ///< degrees a frame, one way or the other
constexpr double kRight = 0.1;       ///< box sides
constexpr double kSettledSpell = 5;  ///< frames: points covered for longer are counted apart
constexpr double kFails = 0.2;       ///< box sides: a mean error of a frame's covered points to keep a picture of

/// Errors of points, in box sides.
struct Errors {
  double sum = 0;
  int count = 0, right = 0;

  void Add(double error) {
    sum += error;
    right += error <= kRight;
    ++count;
  }
};

struct Tally {
  Errors tracker, still, with_box, flow;
};

struct Outcome {
  Tally covered, long_covered;
  Errors visible;
  std::vector<train::ConfidenceSample> samples;  ///< right: not covered
};

/// What is known of a point while it is covered.
struct Spell {
  int frames = 0;
  Point2 seen_last;      ///< by the tracker
  cv::Point2f box_then;  ///< the object's centre
};

/// A bar across the frame, and the object's way behind it.
struct Passage {
  cv::Rect bar;
  Placement start;
  cv::Point2f step;
  double turn_deg;
  int frames;
};

Passage PassageOf(const CutOut &object, int seed) {
  cv::RNG random(2000 + seed);
  const double side = object.side, width = random.uniform(0.3, 0.5) * side;
  const double way = (side + width) / 2;  // of the centre, from first touch to the middle of the bar
  Passage passage;
  passage.bar = cv::Rect(cvRound(kMiddle.x - width / 2), 0, cvRound(width), kFrameSize.height);
  passage.step = {static_cast<float>(kSpeed * side), 0};
  passage.start.centre = {static_cast<float>(kMiddle.x - way) - kBefore * passage.step.x, kMiddle.y};
  passage.start.angle_deg = random.uniform(0.0, 360.0);
  passage.turn_deg = random.uniform(0, 2) == 0 ? kTurn : -kTurn;
  passage.frames = kBefore + cvCeil(2 * way / passage.step.x);
  return passage;
}

void Follow(const Setup &setup, const CutOut &object, int seed, Outcome *outcome) {
  const Passage passage = PassageOf(object, seed);
  Composer scene(object, kFrameSize, 100 + seed);
  const TrackerSettings settings = ExpectedAt(object, passage.start);
  TrackerSettings without_network = settings;
  without_network.use_network = false;
  Follower follower(setup, object, settings), by_flow(setup, object, without_network);
  std::vector<Spell> spells(object.points.size());
  Placement at = passage.start;
  bool kept = false;
  for (int f = 0; f < passage.frames; ++f, at.centre += passage.step, at.angle_deg += passage.turn_deg) {
    const cv::Mat &picture = scene.Draw({at, passage.bar, kSensorNoise});
    follower.See(picture);
    by_flow.See(picture);
    const std::vector<cv::Point2f> truth = scene.Truth(at);
    Errors in_frame;  // of covered points
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const bool covered = passage.bar.contains(truth[i]);
      const bool known = !follower.points().empty();
      Spell &spell = spells[i];
      outcome->samples.push_back({known ? follower.points()[i].confidence : 0.0, !covered});
      const Point2 found = known ? follower.points()[i].xy_in_frame : spell.seen_last;
      const double error = Distance(found, truth[i], object.side);
      if (!covered) {
        outcome->visible.Add(error);
        spell = {0, found, at.centre};
        continue;
      }
      ++spell.frames;
      in_frame.Add(error);
      const cv::Point2f moved = at.centre - spell.box_then;
      for (Tally *tally : {&outcome->covered, &outcome->long_covered}) {
        if (tally == &outcome->long_covered && spell.frames <= kSettledSpell) continue;
        tally->tracker.Add(error);
        tally->still.Add(Distance(spell.seen_last, truth[i], object.side));
        tally->with_box.Add(
            Distance({spell.seen_last.x + moved.x, spell.seen_last.y + moved.y}, truth[i], object.side));
        if (!by_flow.points().empty())
          tally->flow.Add(Distance(by_flow.points()[i].xy_in_frame, truth[i], object.side));
      }
    }
    if (!kept && in_frame.count > 0 && in_frame.sum >= kFails * in_frame.count) {
      KeepFailure(setup, "hidden", seed, picture, truth, follower);
      kept = true;
    }
  }
}

}  // namespace

void AskHiddenPoints(const Setup &setup, Report *report) {
  Outcome outcome;
  for (int i = 0; i < setup.cases; ++i) Follow(setup, setup.Object(i), i, &outcome);
  report->Begin("hidden_confidence", {"cases", "points covered, %", "AUROC of confidence against covered"});
  const auto covered = std::count_if(outcome.samples.begin(), outcome.samples.end(),
                                     [](const train::ConfidenceSample &sample) { return !sample.right; });
  report->Row({std::to_string(setup.cases), Number(100.0 * covered / outcome.samples.size(), 1),
               Number(train::Auroc(outcome.samples), 3)});

  report->Begin("hidden_points", {"where points are put", "error of covered points, % of the box", "@0.1",
                                  "covered for more than 5 frames: error", "@0.1"});
  const auto row = [&](const char *name, const Errors &all, const Errors &long_covered) {
    const auto mean = [](const Errors &e) { return Number(100 * e.sum / e.count, 1); };
    const auto right = [](const Errors &e) { return Number(100.0 * e.right / e.count, 1); };
    report->Row({name, mean(all), right(all), mean(long_covered), right(long_covered)});
  };
  row("tracker", outcome.covered.tracker, outcome.long_covered.tracker);
  row("the tracker's flow without the network", outcome.covered.flow, outcome.long_covered.flow);
  row("with the true box, as last seen", outcome.covered.with_box, outcome.long_covered.with_box);
  row("held still where last seen", outcome.covered.still, outcome.long_covered.still);
  row("tracker, points that are not covered", outcome.visible, {});
}

}  // namespace kpt::composed
