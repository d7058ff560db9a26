// See track_session.h.
#include "track_session.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "frame_view.h"
#include "guard.h"
#include "upstream_regions.h"

namespace kpt::gst {
namespace {

constexpr std::int64_t kDefaultDurationNs = GST_SECOND / 30;
constexpr std::int64_t kMaxDurationNs = 3600 * std::int64_t{GST_SECOND};  // more is nonsense, and must not overflow

/// Whether no part of the box, turned by any angle, can lie in a frame of this size.
bool LiesOutside(const Box &box, const GstVideoInfo &info) {
  const float reach = std::hypot(box.width, box.height) / 2;
  const float x = box.x + box.width / 2;
  const float y = box.y + box.height / 2;
  return x + reach < 0 || y + reach < 0 || x - reach > static_cast<float>(info.width) ||
         y - reach > static_cast<float>(info.height);
}

void CheckBoxes(const std::vector<OrientedBox> &boxes, const GstVideoInfo &info) {
  for (const OrientedBox &oriented : boxes) {
    const Box &box = oriented.box;
    if (!LiesOutside(box, info)) continue;
    std::ostringstream text;
    text << "initial-boxes: the box " << box.x << ',' << box.y << ',' << box.width << ',' << box.height
         << " lies outside the video, which is " << info.width << 'x' << info.height << '.';
    throw Error(ErrorCode::kInvalidArgument, text.str());
  }
}

}  // namespace

TrackSession::TrackSession(const TrackSettings &settings) : settings_(settings), object_class_(settings.object_class) {
  SupportSet shots = LoadShots(settings);  // first: its mistakes are the usual ones, and it loads fast
  network_ = AcquireNetwork(settings);
  loaded_ = MakeTracker(*network_, std::move(shots), settings);
  loaded_.warnings.insert(loaded_.warnings.end(), network_->warnings.begin(), network_->warnings.end());
}

void TrackSession::Exchange(LoadedTracker next) {
  if (next.header.names == header().names) {
    ThrowIfFailed(next.tracker->Continue(tracker()));
  } else {
    result_ = {};
  }
  next.header.width = header().width;
  next.header.height = header().height;
  loaded_ = std::move(next);
}

void TrackSession::SetVideoInfo(const GstVideoInfo &info) {
  if (!info_) CheckBoxes(settings_.initial_boxes, info);
  if (info_ && (info_->width != info.width || info_->height != info.height)) ContinueScaled(*info_, info);
  info_ = info;
  loaded_.header.width = info.width;
  loaded_.header.height = info.height;
}

void TrackSession::ContinueScaled(const GstVideoInfo &from, const GstVideoInfo &to) {
  const float sx = static_cast<float>(to.width) / static_cast<float>(from.width);
  const float sy = static_cast<float>(to.height) / static_cast<float>(from.height);
  ThrowIfFailed(tracker().Reset());
  for (const Instance &instance : result_.instances) {
    if (instance.state != TrackState::kTracked) continue;
    std::vector<Point2> points;
    std::vector<bool> known;  // hidden points, too: they may be all that there are
    for (const TrackedPoint &point : instance.points) {
      // Pixel centres are integers: the picture spans from -0.5 to size - 0.5.
      points.push_back({(point.xy_in_frame.x + 0.5F) * sx - 0.5F, (point.xy_in_frame.y + 0.5F) * sy - 0.5F});
      known.push_back(point.visibility != Visibility::kLost);
    }
    ThrowIfFailed(tracker().StartFrom(instance.id, points, known));
  }
}

const FrameResult &TrackSession::Track(GstBuffer *buffer, const FrameMapping &mapping) {
  const MappedFrame frame(*info_, buffer, mapping);
  FrameView view = frame.view();
  if (GST_BUFFER_PTS_IS_VALID(buffer)) view.pts_ns = static_cast<std::int64_t>(GST_BUFFER_PTS(buffer));
  view.duration_ns = DurationOf(buffer);
  dropped_before_ = DroppedBefore(view, buffer);
  ResetAtSeekOrGap(view);
  std::vector<Region> regions;
  if (settings_.inference_region == InferenceRegion::kRoiList) regions = ReadRegions(buffer, object_class_);
  ThrowIfFailed(tracker().Process(view, regions, &result_));
  if (loaded_.adoption) ThrowIfFailed(loaded_.adoption->Learn(view, settings_, &result_, &loaded_.tracker));
  return result_;
}

std::optional<std::int64_t> TrackSession::DurationOf(GstBuffer *buffer) const {
  if (GST_BUFFER_DURATION_IS_VALID(buffer)) return static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer));
  if (info_->fps_n <= 0 || info_->fps_d <= 0) return std::nullopt;
  return static_cast<std::int64_t>(gst_util_uint64_scale_int(GST_SECOND, info_->fps_d, info_->fps_n));
}

/// A leaky queue marks the frame after a drop as DISCONT; a stream of varying rate does not.
std::int64_t TrackSession::DroppedBefore(const FrameView &frame, GstBuffer *buffer) const {
  const std::int64_t duration = frame.duration_ns.value_or(0);
  if (!GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT) || !frame.pts_ns || !last_pts_ns_ || duration <= 0) {
    return 0;
  }
  const std::int64_t steps = (*frame.pts_ns - *last_pts_ns_ + duration / 2) / duration;
  return std::max<std::int64_t>(0, steps - 1);
}

void TrackSession::ResetAtSeekOrGap(const FrameView &frame) {
  if (!frame.pts_ns) return;
  if (last_pts_ns_) {
    const std::int64_t step = *frame.pts_ns - *last_pts_ns_;
    const std::int64_t duration = frame.duration_ns.value_or(kDefaultDurationNs);
    const std::int64_t gap = std::max<std::int64_t>(GST_SECOND, 5 * std::min(duration, kMaxDurationNs));
    if (step < 0 || step > gap) ThrowIfFailed(tracker().Reset());
  }
  last_pts_ns_ = frame.pts_ns;
}

void TrackSession::Reset() {
  last_pts_ns_.reset();
  result_ = {};
  ThrowIfFailed(tracker().Reset());
}

void TrackSession::StartFrom(int id, const NamedPoints &points) {
  const auto &names = header().names;
  for (const auto &[name, point] : points) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    std::string known;
    for (const auto &one : names) known += (known.empty() ? "" : ", ") + one;
    throw Error(ErrorCode::kInvalidArgument, "reinit: there is no keypoint '" + name + "'; there are " + known + ".");
  }
  std::vector<Point2> all(names.size());
  std::vector<bool> visible(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto given = points.find(names[i]);
    visible[i] = given != points.end();
    if (visible[i]) all[i] = given->second;
  }
  ThrowIfFailed(tracker().StartFrom(id, all, visible));
}

void TrackSession::Update(const TrackSettings &settings) {
  if (info_) CheckBoxes(settings.initial_boxes, *info_);
  ThrowIfFailed(tracker().UpdateSettings(settings));
  object_class_ = settings.object_class;
  settings_ = settings;
}

}  // namespace kpt::gst
