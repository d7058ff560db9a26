// Learning on the fly: frames of which the tracker is sure, and that show the object in a pose that no shot has, become
// further shots. The user's shots always stay, and they alone confirm what is adopted. Stands beside a Tracker of one
// instance; not thread-safe. No Torch, OpenCV or GStreamer in this header. Public functions return a Status and never
// throw.
#pragma once

#include <memory>
#include <optional>

#include "kpt/tracker.h"

namespace kpt {

class ShotAdoption {
 public:
  static constexpr int kMost = 8;  ///< adopted shots: each makes the exchange of the tracker longer

  /// Adopts at most `most` shots beside those of `user`, for a tracker with these settings. An estimator of its own
  /// shares the network of `network`, which is not used after the call, and knows the user's shots alone. Errors:
  /// kInvalidArgument where `most` is not from 1 to kMost, or the settings want several instances; kSupport where
  /// `user` has no shot or no point.
  static Result<std::unique_ptr<ShotAdoption>> Create(const Estimator &network, SupportSet user,
                                                      const TrackerSettings &settings, int most) noexcept;
  ~ShotAdoption();
  ShotAdoption(const ShotAdoption &) = delete;
  ShotAdoption &operator=(const ShotAdoption &) = delete;

  /// Looks at a frame and at what was found in it; each frame once, in their order. Where it becomes a shot: the user's
  /// shots, and behind them the adopted ones, this one last. The points of a shot that could not be confirmed are not
  /// visible in it. Errors: what the estimator throws, kInvalidArgument for a frame that cannot be read.
  Result<std::optional<SupportSet>> Consider(const FrameView &frame, const FrameResult &found) noexcept;

  /// The same, and where the frame becomes a shot, puts a tracker that knows it in the place of `tracker`, which goes
  /// on with the same track. Adds the time that it takes to `found`. On an error `tracker` stays as it is.
  Status Learn(const FrameView &frame, const TrackerSettings &settings, FrameResult *found,
               std::unique_ptr<Tracker> *tracker) noexcept;

 private:
  struct Impl;
  explicit ShotAdoption(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kpt
