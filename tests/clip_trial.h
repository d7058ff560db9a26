// Follows one labelled object through a clip and scores the points: what the tracking test and benchmark share. The
// first labelled frame is the support shot; the truth of the others is used for scoring only.
#pragma once

#include <opencv2/core.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kpt/support.h"
#include "kpt/tracker.h"

namespace kpt::trials {

/// One frame's truth.
struct Labels {
  int frame = 0;
  Box box;
  std::vector<Point2> points;
  std::vector<bool> visible;
};

struct LabelledClip {
  std::string name;
  std::string video;           ///< path
  SupportSet support;          ///< the first labelled frame
  std::vector<Labels> labels;  ///< in the order of frames; the first is the support's
};

/// The first `frames` frames of a clip of a COCO-keypoints folder, and one object in it: that of the first frame's
/// annotation with the lowest id. Throws kpt::Error.
LabelledClip LoadClip(const std::string &folder, const std::string &video_name, int frames);

/// The clips of such a folder.
std::vector<std::string> ClipsOf(const std::string &folder);

/// Shares of points within 5, 10 and 20 % of the box's longer side.
struct Score {
  double pck05 = 0, pck10 = 0, pck20 = 0;
  int points = 0;
  int tracked_frames = 0, frames = 0;
  double flow_ms = 0, crop_ms = 0, network_ms = 0, total_ms = 0;  ///< means over frames
};

struct Trial {
  TrackerSettings settings;
  bool start_from_truth = false;  ///< else from the first frame's box
  double turn_deg_per_frame = 0;  ///< the whole picture turns about its centre
};

/// Follows the object from the support's frame on. `estimator` is used up. Throws kpt::Error.
Score Follow(const LabelledClip &clip, const Trial &trial, std::unique_ptr<Estimator> estimator);

/// Points carried by OpenCV's Lucas-Kanade alone, frame by frame over the whole picture, from the truth of the first
/// frame; nothing of the tracker.
Score FollowByPlainFlow(const LabelledClip &clip, const Trial &trial);

/// "fly   PCK 0.05 ... ": a line for a table.
std::string Line(const std::string &name, const Score &score);

}  // namespace kpt::trials
