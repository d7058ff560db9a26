// How fast keypointtrack is: counts, frames a second, the times of each stage, and the latency it reports.
// Time comes in as an argument. Not synchronised: the element holds a lock. Called by keypointtrack.
#pragma once

#include <gst/gst.h>

#include <array>
#include <cstdint>
#include <vector>

#include "kpt/tracker.h"

namespace kpt::gst {

/// The last kSize durations of one stage.
class DurationWindow {
 public:
  static constexpr std::size_t kSize = 256;
  void Add(std::int64_t ns);
  double MeanMs() const;
  double Percentile95Ms() const;

 private:
  std::vector<std::int64_t> ns_;  // a ring once it is full
  std::size_t next_ = 0;
};

class TrackStats {
 public:
  /// Counts a frame that ended at `now_ns` (monotonic).
  void Add(const FrameResult &result, std::int64_t now_ns);

  /// Counts frames that a queue dropped before they came here.
  void AddDropped(std::int64_t frames) { dropped_ += static_cast<std::uint64_t>(frames); }

  /// Counts a frame that flow carried because the ones before it came too late.
  void AddSpared() { ++spared_; }

  /// A new "keypointtrack-stats" structure: frames, inferred, spared, dropped, lost, reacquired, fps and, for each
  /// stage,
  /// `<stage>-mean-ms` and `<stage>-p95-ms`, over the last 256 frames.
  GstStructure *ToStructure() const;

  double TotalP95Ms() const { return stages_.back().window.Percentile95Ms(); }
  std::uint64_t frames() const noexcept { return frames_; }

 private:
  struct Stage {
    const char *name;
    std::int64_t FrameResult::StageTimes::*time;
    DurationWindow window;
  };
  double Fps() const;

  std::array<Stage, 4> stages_ = {{{"flow", &FrameResult::StageTimes::flow_ns, {}},
                                   {"crop", &FrameResult::StageTimes::crop_ns, {}},
                                   {"network", &FrameResult::StageTimes::network_ns, {}},
                                   {"total", &FrameResult::StageTimes::total_ns, {}}}};
  DurationWindow between_frames_;
  std::int64_t last_ns_ = 0;
  std::uint64_t frames_ = 0;
  std::uint64_t inferred_ = 0;
  std::uint64_t spared_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t reacquired_ = 0;
};

/// The latency that the element answers queries with: steady until what is measured differs by more than 25 %
/// (and 1 ms).
class LatencyReport {
 public:
  GstClockTime reported() const noexcept { return reported_; }

  /// Takes a measurement; true where the reported latency changed with it.
  bool Update(double measured_ms);

 private:
  GstClockTime reported_ = GST_SECOND / 30;  // before the first measurement: one frame of a usual camera
};

}  // namespace kpt::gst
