// Follows one labelled object through a clip and scores the points: what the tracking test and benchmark share. The
// first labelled frame is the support shot, more can be added; the truth of the others is used for scoring only.
#pragma once

#include <functional>
#include <memory>
#include <set>
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
  SupportSet support;          ///< the first labelled frame, and what AddShots added
  std::vector<Labels> labels;  ///< in the order of frames; the first is the support's
  std::set<int> shot_frames;   ///< frames that are not scored
};

/// Part of a clip of a COCO-keypoints folder.
struct ClipRequest {
  std::string folder, video;
  int first = 0, last = 1 << 20;  ///< frames
  std::size_t object = 0;         ///< of those in the first labelled frame, in the order of their annotations' ids
};

/// Throws kpt::Error.
LabelledClip LoadClip(const ClipRequest &request);

/// The labelled frames that divide the clip into `shots` equal parts: 3 are the first, and those at a third and two
/// thirds of it.
std::set<int> SpreadFrames(const LabelledClip &clip, int shots);

/// These labelled frames become shots, too. Throws kpt::Error.
void AddShots(const std::set<int> &frames, LabelledClip *clip);

/// The clips of such a folder.
std::vector<std::string> ClipsOf(const std::string &folder);

/// Shares of the points that count: labelled as visible, inside the picture.
struct Score {
  double pck05 = 0, pck10 = 0, pck20 = 0;  ///< within 5, 10 and 20 % of the box's longer side
  double given_up = 0;                     ///< the method says itself that it lost them
  double wrong_unsaid = 0;                 ///< beyond 20 %, and it does not say so
  double survival = 0;  ///< of the clip, until a point is beyond 20 % for the first time; mean of points
  int points = 0;
  int tracked_frames = 0, frames = 0;
  double flow_ms = 0, crop_ms = 0, network_ms = 0, total_ms = 0;  ///< means over frames
};

/// Where a trial begins: in the box of the first shot's frame, from its points, or one frame later with nothing.
enum class Start { kBox, kTruth, kSearch };

struct Trial {
  TrackerSettings settings;
  Start start = Start::kBox;
  double turn_deg_per_frame = 0;  ///< the whole picture turns about its centre
};

/// One frame that a tracker has seen.
struct Followed {
  int frame = 0;
  const FrameView &view;
  FrameResult *found;
  std::unique_ptr<Tracker> *tracker;  ///< another may be put in its place
};

/// Called after each frame.
using AfterFrame = std::function<void(const Followed &)>;

/// Where the trial begins. `estimator` is used up. Throws kpt::Error.
std::unique_ptr<Tracker> StartTracker(const LabelledClip &clip, const Trial &trial,
                                      std::unique_ptr<Estimator> estimator);

/// Follows the object from the support's frame on. `estimator` is used up. Throws kpt::Error.
Score Follow(const LabelledClip &clip, const Trial &trial, std::unique_ptr<Estimator> estimator,
             const AfterFrame &after = {});

/// A labelled frame as a shot.
SupportShot ShotOf(const LabelledClip &clip, const Labels &labels);

/// "fly   PCK 0.05 ... ": a line for a table.
std::string Line(const std::string &name, const Score &score);

}  // namespace kpt::trials
