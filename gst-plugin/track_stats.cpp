// See track_stats.h.
#include "track_stats.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace kpt::gst {
namespace {

constexpr double kNegligibleMs = 1;  // a change of latency that no sink notices

}  // namespace

void DurationWindow::Add(std::int64_t ns) {
  if (ns_.size() < kSize) {
    ns_.reserve(kSize);
    ns_.push_back(ns);
  } else {
    ns_[next_] = ns;
  }
  next_ = (next_ + 1) % kSize;
}

double DurationWindow::MeanMs() const {
  if (ns_.empty()) return 0;
  return std::accumulate(ns_.begin(), ns_.end(), 0.0) / static_cast<double>(ns_.size()) / GST_MSECOND;
}

double DurationWindow::Percentile95Ms() const {
  if (ns_.empty()) return 0;
  std::vector<std::int64_t> sorted = ns_;
  const auto nth = sorted.begin() + static_cast<std::ptrdiff_t>((sorted.size() - 1) * 95 / 100);
  std::nth_element(sorted.begin(), nth, sorted.end());
  return static_cast<double>(*nth) / GST_MSECOND;
}

void TrackStats::Add(const FrameResult &result, std::int64_t now_ns) {
  if (frames_ > 0) between_frames_.Add(now_ns - last_ns_);
  last_ns_ = now_ns;
  ++frames_;
  inferred_ += result.inferred ? 1 : 0;
  for (auto &stage : stages_) stage.window.Add(result.times.*stage.time);
  for (const Event &event : result.events) ++(event.kind == EventKind::kLost ? lost_ : reacquired_);
}

double TrackStats::Fps() const {
  const double mean_ms = between_frames_.MeanMs();
  return mean_ms > 0 ? 1000 / mean_ms : 0;
}

GstStructure *TrackStats::ToStructure() const {
  GstStructure *out =
      gst_structure_new("keypointtrack-stats", "frames", G_TYPE_UINT64, frames_, "inferred", G_TYPE_UINT64, inferred_,
                        "spared", G_TYPE_UINT64, spared_, "dropped", G_TYPE_UINT64, dropped_, "lost", G_TYPE_UINT64,
                        lost_, "reacquired", G_TYPE_UINT64, reacquired_, "fps", G_TYPE_DOUBLE, Fps(), nullptr);
  for (const auto &stage : stages_) {
    const std::string name = stage.name;
    gst_structure_set(out, (name + "-mean-ms").c_str(), G_TYPE_DOUBLE, stage.window.MeanMs(),
                      (name + "-p95-ms").c_str(), G_TYPE_DOUBLE, stage.window.Percentile95Ms(), nullptr);
  }
  return out;
}

bool LatencyReport::Update(double measured_ms) {
  const double reported_ms = static_cast<double>(reported_) / GST_MSECOND;
  if (std::abs(measured_ms - reported_ms) <= std::max(0.25 * reported_ms, kNegligibleMs)) return false;
  reported_ = static_cast<GstClockTime>(measured_ms * GST_MSECOND);
  return true;
}

}  // namespace kpt::gst
