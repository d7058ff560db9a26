// What the questions of composed_bench share: the setup, a tracker that follows composed frames, the report that their
// tables go to, and pictures of what failed.
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "composed/composer.h"
#include "kpt/estimator.h"
#include "kpt/tracker.h"

namespace kpt::composed {

const cv::Size kFrameSize(640, 480);
const cv::Point2f kMiddle(320, 240);
constexpr double kSensorNoise = 2;

struct Setup {
  std::unique_ptr<Estimator> network;  ///< shared by all trackers
  std::vector<CutOut> objects;
  int cases = 100;       ///< of each row; they take the objects in turn
  std::string absence;   ///< the only row of lost and found that is wanted; empty: all are
  std::string pictures;  ///< folder for pictures of the cases that fail; empty: none are kept

  const CutOut &Object(int i) const { return objects[static_cast<std::size_t>(i) % objects.size()]; }
};

/// Prints tables as Markdown, row by row, and keeps them for a file.
class Report {
 public:
  /// `name` is for programs that read the file.
  void Begin(const std::string &name, const std::vector<std::string> &columns);
  void Row(const std::vector<std::string> &cells);

  /// {"name": {"columns": [...], "rows": [[...]]}}. Throws kpt::Error.
  void WriteJson(const std::string &path) const;

 private:
  struct Table {
    std::string name;
    std::vector<std::vector<std::string>> lines;  ///< the columns first
  };
  std::vector<Table> tables_;
};

std::string Number(double value, int decimals);

/// The settings of a tracker that is told where the object is in the first frame.
TrackerSettings ExpectedAt(const CutOut &object, const Placement &placement);

/// A tracker with its last answer.
class Follower {
 public:
  Follower(const Setup &setup, const CutOut &object, const TrackerSettings &settings);

  void See(const cv::Mat &bgr);

  bool SaysTracked() const;
  /// Empty where there are none.
  const std::vector<TrackedPoint> &points() const;
  float confidence() const;

 private:
  std::unique_ptr<Tracker> tracker_;
  FrameResult result_;
};

/// In box sides; the points have one length.
double Distance(const Point2 &found, const cv::Point2f &truth, double side);

/// Keeps the frame of a case that fails as setup.pictures/NAME-CASE.png: true points green, those of the tracker red.
void KeepFailure(const Setup &setup, const std::string &name, int number, const cv::Mat &bgr,
                 const std::vector<cv::Point2f> &truth, const Follower &follower);

void AskLostAndFound(const Setup &setup, Report *report);
void AskHiddenPoints(const Setup &setup, Report *report);
void AskAnyPose(const Setup &setup, Report *report);
void AskSmoothing(const Setup &setup, Report *report);

}  // namespace kpt::composed
