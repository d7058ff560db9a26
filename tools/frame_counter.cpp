// See frame_counter.h.
#include "frame_counter.h"

namespace kpt::tools {
namespace {

double SecondsBetween(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

FrameCounter::FrameCounter(GstElement *track) : track_(track), pad_(gst_element_get_static_pad(track, "src")) {
  const auto on_buffer = [](GstPad *, GstPadProbeInfo *info, gpointer self) {
    static_cast<FrameCounter *>(self)->Count(GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info)));
    return GST_PAD_PROBE_OK;
  };
  probe_ = gst_pad_add_probe(pad_.get(), GST_PAD_PROBE_TYPE_BUFFER, on_buffer, this, nullptr);
}

FrameCounter::~FrameCounter() { gst_pad_remove_probe(pad_.get(), probe_); }

void FrameCounter::Count(GstClockTime pts) {
  gint state = 0;
  g_object_get(track_, "state", &state, nullptr);
  const std::lock_guard lock(mutex_);
  last_ = Clock::now();
  last_pts_ = pts;
  if (frames_++ == 0) {
    first_ = last_;
    first_pts_ = pts;
  }
  ++in_state_.at(static_cast<std::size_t>(state));
}

std::uint64_t FrameCounter::FramesIn(int state) const {
  const std::lock_guard lock(mutex_);
  return in_state_.at(static_cast<std::size_t>(state));
}

double FrameCounter::StartSeconds() const {
  const std::lock_guard lock(mutex_);
  return SecondsBetween(created_, first_);
}

double FrameCounter::Seconds() const {
  const std::lock_guard lock(mutex_);
  return SecondsBetween(first_, last_);
}

double FrameCounter::FramesPerSecond() const {
  const double seconds = Seconds();
  return seconds > 0 ? static_cast<double>(frames_ - 1) / seconds : 0;
}

double FrameCounter::VideoSeconds() const {
  const std::lock_guard lock(mutex_);
  if (!GST_CLOCK_TIME_IS_VALID(first_pts_) || !GST_CLOCK_TIME_IS_VALID(last_pts_) || last_pts_ < first_pts_) return 0;
  return static_cast<double>(last_pts_ - first_pts_) / GST_SECOND;
}

}  // namespace kpt::tools
