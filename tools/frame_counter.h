// Counts what leaves the tracker: frames, their states, their times. Called by the run of `kpt track`.
#pragma once

#include <gst/gst.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

#include "track_pipeline.h"

namespace kpt::tools {

class FrameCounter {
 public:
  /// Counts in `track`'s streaming thread, for as long as it lives.
  explicit FrameCounter(GstElement *track);
  ~FrameCounter();
  FrameCounter(const FrameCounter &) = delete;
  FrameCounter &operator=(const FrameCounter &) = delete;

  std::uint64_t frames() const { return frames_; }
  std::uint64_t FramesIn(int state) const;  ///< as the property `state` counts: searching, tracked, lost
  double StartSeconds() const;              ///< until the first frame was tracked
  double Seconds() const;                   ///< from the first frame to the last
  double FramesPerSecond() const;
  double VideoSeconds() const;  ///< from the first frame's time stamp to the last one's; 0 where they have none

 private:
  using Clock = std::chrono::steady_clock;
  void Count(GstClockTime pts);

  GstElement *track_;
  GstPtr<GstPad> pad_;
  gulong probe_;
  const Clock::time_point created_ = Clock::now();
  std::atomic<std::uint64_t> frames_ = 0;
  mutable std::mutex mutex_;  // guards all below
  std::array<std::uint64_t, 3> in_state_{};
  Clock::time_point first_ = created_, last_ = created_;
  GstClockTime first_pts_ = GST_CLOCK_TIME_NONE, last_pts_ = GST_CLOCK_TIME_NONE;
};

}  // namespace kpt::tools
