// Lost and found: the object is there, is away for 30 frames in one of several ways, and comes back. Counts how often
// it is found within five frames, and how many of the frames away say `tracked`. The state machine stays `tracked` for
// two doubtful frames; those are told apart from the others, frame by frame.
#include <algorithm>

#include "composed/question.h"

namespace kpt::composed {
namespace {

constexpr int kBefore = 15, kAway = 30, kMostFramesToFind = 5;
constexpr int kGrace = 2;  // doubtful frames that the state machine stays tracked for

enum class Phase {
  kThere,    ///< to be followed
  kBetween,  ///< partly in the frame, on its way out or in: not counted
  kGone,
  kBack
};

struct Moment {
  Phase phase;
  Frame frame;
  bool other_scene = false;
};

using Story = std::vector<Moment>;

Frame With(const Placement &at, std::optional<cv::Rect> occluder = {}) { return {at, occluder, kSensorNoise}; }
Frame Without() { return {std::nullopt, std::nullopt, kSensorNoise}; }

/// The object moves evenly from the middle on, and is away as `away` says.
template <typename Away>
Story ThroughTheMiddle(cv::RNG *random, const Away &away) {
  Placement at{kMiddle};
  const cv::Point2f step(random->uniform(-2.0F, 2.0F), random->uniform(-2.0F, 2.0F));
  Story story;
  for (int f = 0; f < kBefore; ++f, at.centre += step) story.push_back({Phase::kThere, With(at)});
  for (int f = 0; f < kAway; ++f, at.centre += step) story.push_back(away(at));
  for (int f = 0; f < kMostFramesToFind; ++f, at.centre += step) story.push_back({Phase::kBack, With(at)});
  return story;
}

Story BehindAnOccluder(cv::RNG *random, const CutOut &) {
  return ThroughTheMiddle(random, [](const Placement &at) {
    const cv::Point middle = at.centre;
    return Moment{Phase::kGone, With(at, cv::Rect(middle.x - 110, middle.y - 110, 220, 220))};
  });
}

Story Vanished(cv::RNG *random, const CutOut &) {
  return ThroughTheMiddle(random, [](const Placement &) { return Moment{Phase::kGone, Without()}; });
}

Story SceneCut(cv::RNG *random, const CutOut &) {
  return ThroughTheMiddle(random, [](const Placement &) { return Moment{Phase::kGone, Without(), true}; });
}

Story NeverThere(cv::RNG *random, const CutOut &) {
  Story story = ThroughTheMiddle(random, [](const Placement &) { return Moment{Phase::kGone, Without()}; });
  story.erase(story.begin(), story.begin() + kBefore);
  return story;
}

/// Out over one edge of the frame, in over one of the four; back as soon as half of it is in the frame again.
Story OverTheEdge(cv::RNG *random, const CutOut &object) {
  const auto step = static_cast<float>(0.1 * object.side);
  const cv::Point2f outward[] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
  const cv::Point2f out = outward[random->uniform(0, 4)], in = -outward[random->uniform(0, 4)];
  const cv::Point2f across_out(out.y * random->uniform(-100.0F, 100.0F), out.x * random->uniform(-100.0F, 100.0F));
  const cv::Point2f across_in(in.y * random->uniform(-100.0F, 100.0F), in.x * random->uniform(-100.0F, 100.0F));
  const auto edge = [](const cv::Point2f &direction) { return direction.x != 0 ? kMiddle.x : kMiddle.y; };
  const auto clear = static_cast<float>(object.side);  // of the centre from the edge: all of it is outside
  Story story;
  for (float way = edge(out) - clear / 2 - kBefore * step; way < edge(out) + clear; way += step) {
    const Phase phase = way <= edge(out) - clear / 2 ? Phase::kThere : Phase::kBetween;
    story.push_back({phase, With({kMiddle + out * way + across_out})});
  }
  for (int f = 0; f < kAway; ++f) story.push_back({Phase::kGone, Without()});
  int back = 0;
  for (float way = -edge(in) - clear; back < kMostFramesToFind; way += step) {
    const Phase phase = way < -edge(in) ? Phase::kBetween : Phase::kBack;
    story.push_back({phase, With({kMiddle + in * way + across_in})});
    back += phase == Phase::kBack;
  }
  return story;
}

/// Tracked, and the middle of the points within a quarter of the box of where it is.
bool IsFound(const Follower &follower, const std::vector<cv::Point2f> &truth, double side) {
  if (!follower.SaysTracked()) return false;
  cv::Point2f off;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const Point2 p = follower.points()[i].xy_in_frame;
    off += cv::Point2f(p.x, p.y) - truth[i];
  }
  return cv::norm(off) / static_cast<double>(truth.size()) < side / 4;
}

struct Absence {
  const char *name;         ///< of the pictures of its failures
  const char *description;  ///< in the table
  Story (*story)(cv::RNG *, const CutOut &);
};

constexpr Absence kAbsences[] = {{"occluder", "behind an occluder", BehindAnOccluder},
                                 {"edge", "over the frame's edge, back over one of the four", OverTheEdge},
                                 {"vanished", "gone from one frame to the next", Vanished},
                                 {"cut", "scene cut, to a scene without it and back", SceneCut},
                                 {"never", "never there, then there", NeverThere}};

struct Count {
  int followed = 0;  ///< cases in which the object was found or followed before it went away
  int found = 0;
  int claimed = 0;         ///< frames away that say tracked,
  int within_grace = 0;    ///< of which the state machine's first two, marked as doubtful
  int frames_to_find = 0;  ///< of the cases that were found
};

void Tell(const Setup &setup, const Absence &absence, int seed, Count *count) {
  const CutOut &object = setup.Object(seed);
  cv::RNG random(1000 + seed);
  const Story story = absence.story(&random, object);
  Composer scene(object, kFrameSize, 100 + seed), other(object, kFrameSize, 5000 + seed);
  const Moment &first = story.front();
  const TrackerSettings settings =
      first.phase == Phase::kThere ? ExpectedAt(object, *first.frame.object) : TrackerSettings{};
  Follower follower(setup, object, settings);
  int away = 0, back = 0;
  bool followed = first.phase != Phase::kThere;
  for (const Moment &moment : story) {
    const cv::Mat &picture = (moment.other_scene ? other : scene).Draw(moment.frame);
    follower.See(picture);
    if (moment.phase == Phase::kThere) followed = IsFound(follower, scene.Truth(*moment.frame.object), object.side);
    if (moment.phase == Phase::kGone) {
      const bool claims = follower.SaysTracked();
      count->claimed += claims;
      count->within_grace += claims && away < kGrace && follower.confidence() < settings.confidence_threshold;
      ++away;
    }
    if (moment.phase == Phase::kBack) {
      ++back;
      const std::vector<cv::Point2f> truth = scene.Truth(*moment.frame.object);
      if (IsFound(follower, truth, object.side)) {
        ++count->found;
        count->frames_to_find += back;
        break;
      }
      if (back == kMostFramesToFind) KeepFailure(setup, absence.name, seed, picture, truth, follower);
    }
  }
  count->followed += followed;
}

}  // namespace

void AskLostAndFound(const Setup &setup, Report *report) {
  report->Begin("lost_and_found",
                {"30 frames away", "cases", "followed before, %", "found within 5 frames, %", "frames to find it, mean",
                 "frames away that say tracked, %", "the same beyond two doubtful frames, %"});
  for (const Absence &absence : kAbsences) {
    if (!setup.absence.empty() && setup.absence != absence.name) continue;
    Count count;
    for (int i = 0; i < setup.cases; ++i) Tell(setup, absence, i, &count);
    const double cases = setup.cases, frames = cases * kAway;
    report->Row(
        {absence.description, std::to_string(setup.cases), Number(100 * count.followed / cases, 0),
         Number(100 * count.found / cases, 0), Number(count.frames_to_find / static_cast<double>(count.found), 1),
         Number(100 * count.claimed / frames, 1), Number(100 * (count.claimed - count.within_grace) / frames, 2)});
  }
}

}  // namespace kpt::composed
