// Any pose: one thing at a time is turned up until the tracker fails: turn, size, speed, blur. Each value is a row,
// with the share of points within a tenth of the box. Curves are drawn from the rows (scripts/measure-composed).
#include <cmath>
#include <functional>

#include "composed/question.h"

namespace kpt::composed {
namespace {

constexpr int kSettling = 8;  ///< frames at rest, not counted
constexpr int kMeasured = 40;
constexpr double kRight = 0.1;
constexpr double kPi = 3.14159265358979323846;

struct Count {
  int right = 0, points = 0, tracked = 0, frames = 0;
};

/// Frame f of a clip, f < 0 while the object rests at the start.
using Clip = std::function<Frame(const CutOut &, int f)>;

void Measure(const Setup &setup, int index, const Clip &clip, bool expected, Count *count) {
  const CutOut &object = setup.Object(index);
  Composer scene(object, kFrameSize, 100 + index);
  const TrackerSettings settings = expected ? ExpectedAt(object, *clip(object, -kSettling).object) : TrackerSettings{};
  Follower follower(setup, object, settings);
  for (int f = -kSettling; f < kMeasured; ++f) {
    const Frame frame = clip(object, f);
    follower.See(scene.Draw(frame));
    if (f < 0) continue;
    const std::vector<cv::Point2f> truth = scene.Truth(*frame.object);
    const double side = object.side * frame.object->scale;
    ++count->frames;
    count->tracked += follower.SaysTracked();
    count->points += static_cast<int>(truth.size());
    for (std::size_t i = 0; i < follower.points().size(); ++i)
      count->right += Distance(follower.points()[i].xy_in_frame, truth[i], side) <= kRight;
  }
}

struct Sweep {
  const char *name;
  const char *quantity;
  std::vector<double> values;
  bool expected;  ///< the box of the first frame is given; else the object is searched
  std::function<Frame(double value, const CutOut &, int f)> frame;
};

Frame Show(const Placement &at, double blur = 0) { return {at, std::nullopt, kSensorNoise, blur}; }

/// Grows or shrinks by `change` a frame until twice or half the size, and stays so.
double SizeAfter(double change, int f) {
  const double most = change > 1 ? 2 : 0.5;
  const double size = std::pow(change, std::max(f, 0));
  return change > 1 ? std::min(size, most) : std::max(size, most);
}

std::vector<Sweep> Sweeps() {
  const auto turning = [](double degrees, const CutOut &, int f) { return Show({kMiddle, degrees * std::max(f, 0)}); };
  const auto turned = [](double degrees, const CutOut &, int) { return Show({kMiddle, degrees}); };
  const auto growing = [](double percent, const CutOut &, int f) {
    return Show({kMiddle, 0, SizeAfter(1 + percent / 100, f)});
  };
  const auto sized = [](double size, const CutOut &, int) { return Show({kMiddle, 0, size}); };
  const auto running = [](double share, const CutOut &object, int f) {  // on a circle, so that it stays in the frame
    constexpr double kRadius = 150;
    const double angle = share * object.side / kRadius * std::max(f, 0);
    const cv::Point2f off(static_cast<float>(kRadius * std::cos(angle)), static_cast<float>(kRadius * std::sin(angle)));
    return Show({kMiddle + off});
  };
  const auto blurred = [](double percent, const CutOut &object, int f) {  // and moving slowly
    constexpr float kStep = 1.5F;
    const cv::Point2f off(kStep * static_cast<float>(std::max(f, 0)), 0);
    return Show({kMiddle + off}, f < 0 ? 0 : percent / 100 * object.side);
  };
  return {{"turning", "turn, degrees a frame", {0, 3, 6, 10, 15, 20, 30, 45}, true, turning},
          {"turned", "turned against the shot, degrees, searched", {0, 30, 60, 90, 120, 150, 180}, false, turned},
          {"growing", "change of size, % a frame", {-8, -5, -3, -1, 1, 3, 5, 8, 12}, true, growing},
          {"sized", "size against the shot, searched", {0.5, 0.7, 1, 1.4, 2}, false, sized},
          {"running", "speed, box sides a frame", {0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4}, true, running},
          {"blurred", "blur's standard deviation, % of the box", {0, 1, 2, 3, 4, 6, 8}, true, blurred}};
}

}  // namespace

void AskAnyPose(const Setup &setup, Report *report) {
  for (const Sweep &sweep : Sweeps()) {
    report->Begin(sweep.name, {sweep.quantity, "cases", "@0.1", "frames tracked, %"});
    for (const double value : sweep.values) {
      Count count;
      for (int i = 0; i < setup.cases; ++i) {
        const auto clip = [&](const CutOut &object, int f) { return sweep.frame(value, object, f); };
        Measure(setup, i, clip, sweep.expected, &count);
      }
      report->Row({Number(value, value == std::round(value) ? 0 : 2), std::to_string(setup.cases),
                   Number(100.0 * count.right / count.points, 1), Number(100.0 * count.tracked / count.frames, 1)});
    }
  }
}

}  // namespace kpt::composed
