// Follows composed clips with exact truth and prints a Markdown table for each question:
//   composed_bench WEIGHTS CLIP-FOLDER [--only lost|smoothing] [--cases N]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

#include "composed/composer.h"
#include "kpt/base/error.h"
#include "kpt/estimator.h"
#include "kpt/tracker.h"

namespace {

using namespace kpt;
using namespace kpt::composed;

const cv::Size kSize(640, 480);
const cv::Point2f kMiddle(320, 240);
constexpr double kSensorNoise = 2;
constexpr int kBefore = 15, kAway = 30, kMostFramesToFind = 5;

void ThrowIfFailed(const Status &status) {
  if (!status.ok()) throw Error(status.code(), status.message());
}

/// A tracker that starts in the object's box in the middle of the frame.
std::unique_ptr<Tracker> Follower(const std::string &weights, const CutOut &object, bool boxed) {
  auto loaded = LoadEstimator({weights, "cpu", 0});
  ThrowIfFailed(loaded.status());
  TrackerSettings settings;
  const Box &box = object.support.shots[0].box;
  if (boxed) {
    settings.initial_boxes = {{{kMiddle.x - box.width / 2, kMiddle.y - box.height / 2, box.width, box.height}, 0}};
  }
  auto made = Tracker::Create(std::move(loaded.value().estimator), object.support, settings);
  ThrowIfFailed(made.status());
  return std::move(made.value());
}

void Process(Tracker *tracker, const cv::Mat &picture, FrameResult *result) {
  FrameView view;
  view.format = PixelFormat::kBgr;
  view.width = picture.cols;
  view.height = picture.rows;
  view.planes[0] = {picture.data, static_cast<int>(picture.step)};
  ThrowIfFailed(tracker->Process(view, result));
}

bool SaysTracked(const FrameResult &result) {
  return !result.instances.empty() && result.instances[0].state == TrackState::kTracked;
}

/// Tracked, and the middle of the points within a quarter of the box of where it is.
bool IsFound(const FrameResult &result, const std::vector<cv::Point2f> &truth, double side) {
  if (!SaysTracked(result)) return false;
  cv::Point2f off;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const Point2 p = result.instances[0].points[i].xy_in_frame;
    off += cv::Point2f(p.x, p.y) - truth[i];
  }
  return cv::norm(off) / static_cast<double>(truth.size()) < side / 4;
}

struct Absence {
  const char *name;
  bool starts_with_object;
  std::function<Frame(const Placement &)> away;  ///< what is seen meanwhile
  bool other_scene = false;
};

void LostAndFound(const std::string &weights, const std::vector<CutOut> &objects, int cases) {
  const auto nothing = [](const Placement &) { return Frame{std::nullopt, std::nullopt, kSensorNoise}; };
  const auto covered = [](const Placement &at) {
    const cv::Point middle = at.centre;
    return Frame{at, cv::Rect(middle.x - 110, middle.y - 110, 220, 220), kSensorNoise};
  };
  const Absence absences[] = {{"behind an occluder", true, covered},
                              {"not in the scene", true, nothing},
                              {"scene cut", true, nothing, true},
                              {"never there", false, nothing}};
  std::printf(
      "| 30 frames away | cases | found within 5 frames, %% | frames away that say tracked, %% |\n|---|---|---|---|\n");
  for (const Absence &absence : absences) {
    int found = 0, claimed = 0;
    for (int i = 0; i < cases; ++i) {
      const CutOut &object = objects[i % objects.size()];
      cv::RNG random(1000 + i);
      Composer scene(object, kSize, 100 + i), other(object, kSize, 5000 + i);
      const auto tracker = Follower(weights, object, absence.starts_with_object);
      FrameResult result;
      Placement at{kMiddle};
      const cv::Point2f step(random.uniform(-2.0F, 2.0F), random.uniform(-2.0F, 2.0F));
      for (int f = 0; f < kBefore && absence.starts_with_object; ++f, at.centre += step) {
        Process(tracker.get(), scene.Draw({at, std::nullopt, kSensorNoise}), &result);
      }
      for (int f = 0; f < kAway; ++f, at.centre += step) {
        Process(tracker.get(), (absence.other_scene ? other : scene).Draw(absence.away(at)), &result);
        claimed += SaysTracked(result);
      }
      bool back = false;
      for (int f = 0; f < kMostFramesToFind && !back; ++f, at.centre += step) {
        Process(tracker.get(), scene.Draw({at, std::nullopt, kSensorNoise}), &result);
        back = IsFound(result, scene.Truth(at), object.side);
      }
      found += back;
    }
    std::printf("| %s | %d | %.0f | %.1f |\n", absence.name, cases, 100.0 * found / cases,
                100.0 * claimed / (cases * kAway));
    std::fflush(stdout);
  }
}

/// RMS of each point about its mean, after the start has settled, in per cent of the box, over the frames that are
/// tracked.
void StillJitter(const std::string &weights, const std::vector<CutOut> &objects, int cases) {
  constexpr int kSettling = 15, kMeasured = 30;
  double raw = 0, smoothed = 0;
  int n = 0, tracked = 0;
  for (int i = 0; i < cases; ++i) {
    const CutOut &object = objects[i % objects.size()];
    Composer scene(object, kSize, 100 + i);
    const auto tracker = Follower(weights, object, true);
    FrameResult result;
    std::vector<std::vector<cv::Point2f>> places[2];
    for (int f = 0; f < kSettling + kMeasured; ++f) {
      Process(tracker.get(), scene.Draw({Placement{kMiddle}, std::nullopt, 5}), &result);
      if (f < kSettling || !SaysTracked(result)) continue;
      for (auto &kind : places) kind.emplace_back();
      for (const TrackedPoint &p : result.instances[0].points) {
        places[0].back().emplace_back(p.raw_in_frame.x, p.raw_in_frame.y);
        places[1].back().emplace_back(p.xy_in_frame.x, p.xy_in_frame.y);
      }
    }
    const auto spread = [&](const std::vector<std::vector<cv::Point2f>> &frames) {
      double sum = 0;
      for (std::size_t k = 0; k < object.points.size(); ++k) {
        cv::Point2f mean;
        for (const auto &points : frames) mean += points[k] / static_cast<float>(frames.size());
        for (const auto &points : frames) sum += std::pow(cv::norm(points[k] - mean) / object.side, 2);
      }
      return sum;
    };
    raw += spread(places[0]), smoothed += spread(places[1]);
    tracked += static_cast<int>(places[0].size());
    n += static_cast<int>(places[0].size() * object.points.size());
  }
  std::printf(
      "| still scene, noise of 5/255 | cases | frames tracked, %% | RMS jitter, %% of the box |\n|---|---|---|---|\n");
  const double share = 100.0 * tracked / (cases * kMeasured), points = std::max(1, n);
  std::printf("| raw | %d | %.0f | %.2f |\n", cases, share, 100 * std::sqrt(raw / points));
  std::printf("| smoothed | %d | %.0f | %.2f |\n", cases, share, 100 * std::sqrt(smoothed / points));
}

}  // namespace

int main(int argc, char **argv) try {
  std::string only;
  int cases = 100;
  bool understood = argc >= 3 && argc % 2 == 1;
  for (int i = 3; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--only")
      only = argv[i + 1];
    else if (option == "--cases")
      cases = std::atoi(argv[i + 1]);
    else
      understood = false;
  }
  understood = understood && cases > 0 && (only.empty() || only == "lost" || only == "smoothing");
  if (!understood) {
    std::fprintf(stderr, "usage: composed_bench WEIGHTS CLIP-FOLDER [--only lost|smoothing] [--cases N]\n");
    return 2;
  }
  const std::vector<CutOut> objects = CutOutsOf(argv[2], std::min(cases, 10));
  if (only != "smoothing") LostAndFound(argv[1], objects, cases);
  if (only != "lost") StillJitter(argv[1], objects, cases);
  return 0;
} catch (const std::exception &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
