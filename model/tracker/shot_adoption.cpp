// Which frames become shots: see Impl::Consider. The cheap questions come first; the network is asked last. What a pose
// is, and how it differs from another, lies in object_pose.h.
#include "kpt/shot_adoption.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "crop.h"
#include "crop_batch.h"
#include "frame_pixels.h"
#include "object_layout.h"
#include "object_pose.h"
#include "protect.h"
#include "stopwatch.h"

namespace kpt {
namespace {

// Measured on clips: docs/tracking.md.
constexpr float kSure = 0.8F;       ///< mean confidence of a frame, and
constexpr float kSurePoint = 0.5F;  ///< of a point that becomes part of a shot
constexpr float kEnough = 0.9F;     ///< of the known points: a shot has so many
constexpr int kSureFrames = 10;     ///< in a row
constexpr int kFramesBetween = 30;  ///< from one question to the network to the next
constexpr double kAgreement = 0.1;  ///< box sides between the tracker's point and that of the user's shots

constexpr double kPictureSides = 2;  ///< of an adopted picture, in box sides: its crops may be turned
constexpr double kPictureCrops = 3;  ///< and at most so many of the estimator's crops: more would not be seen

bool SurePoint(const TrackedPoint &point) {
  return point.visibility == Visibility::kVisible && point.confidence >= kSurePoint;
}

/// Tells of a frame's points by the user's shots alone.
std::unique_ptr<Estimator> JudgeOf(const Estimator &network, const SupportSet &user, const ObjectLayout &layout) {
  std::unique_ptr<Estimator> judge = network.ShareNetwork();
  judge->SetSupport(CutSupportCrops(user, layout, judge->crop_size()), user.skeleton);
  return judge;
}

[[noreturn]] void Refuse(const std::string &what) { throw Error(ErrorCode::kInvalidArgument, "adopt-shots: " + what); }

void Check(const TrackerSettings &settings, int most) {
  if (most < 1 || most > ShotAdoption::kMost) {
    Refuse(std::to_string(most) + "; must be from 1 to " + std::to_string(ShotAdoption::kMost) + ".");
  }
  if (settings.instances > 1) {
    Refuse("works with one instance, not with " + std::to_string(settings.instances) +
           "; set instances to 1 or adopt-shots to 0.");
  }
}

}  // namespace

struct ShotAdoption::Impl {
  Impl(const Estimator &network, SupportSet set, const TrackerSettings &settings, int most_adopted);

  std::optional<SupportSet> Consider(const FrameView &frame, const FrameResult &found);

  // The steps of Consider.
  bool Enough(const std::vector<bool> &points) const;
  std::vector<bool> SurePoints(const FrameResult &found) const;
  Similarity PlaceOf(const FrameView &frame, const Instance &instance, const std::vector<bool> &sure) const;
  std::optional<std::size_t> RoomFor(const ObjectPose &pose) const;
  std::vector<bool> Confirmed(const ObjectPose &pose, const Similarity &place);
  SupportShot Cut(const ObjectPose &pose, const Similarity &place);

  double NearestOther(const ObjectPose &pose, std::size_t left_out) const;

  struct Adopted {
    SupportShot shot;
    ObjectPose pose;  ///< in the frame that it was cut from
  };

  SupportSet user;
  std::size_t most;
  ObjectLayout layout;  ///< of the user's shots
  std::vector<ObjectPose> user_poses;
  std::unique_ptr<Estimator> judge;
  CropBatch batch;
  FramePixels pixels;
  std::vector<Adopted> adopted;  ///< at most `most`, the oldest first
  int sure_frames = 0;           ///< in a row
  int frames_to_wait = 0;
  int adoptions = 0;
};

ShotAdoption::Impl::Impl(const Estimator &network, SupportSet set, const TrackerSettings &settings, int most_adopted)
    : user(std::move(set)),
      most(static_cast<std::size_t>(most_adopted)),
      layout(LayoutOf(user)),
      judge(JudgeOf(network, user, layout)),
      batch(judge.get(), user.keypoint_names.size()) {
  for (std::size_t i = 0; i < user.shots.size(); ++i) {
    user_poses.push_back({user.shots[i].points, user.shots[i].visible, layout.places[i].scale()});
  }
  if (settings.inference_region == InferenceRegion::kRoiList) layout.fills_picture = false;  // it fills its region
}

std::optional<SupportSet> ShotAdoption::Impl::Consider(const FrameView &frame, const FrameResult &found) {
  const std::vector<bool> sure = SurePoints(found);
  sure_frames = Enough(sure) ? sure_frames + 1 : 0;
  if (frames_to_wait > 0) --frames_to_wait;
  if (sure_frames < kSureFrames || frames_to_wait > 0) return std::nullopt;

  const Instance &instance = found.instances.front();
  const Similarity place = PlaceOf(frame, instance, sure);
  ObjectPose pose{{}, sure, place.scale()};
  for (const TrackedPoint &point : instance.points) pose.points.push_back(point.raw_in_frame);
  const std::optional<std::size_t> leaves = RoomFor(pose);
  if (!leaves) return std::nullopt;

  frames_to_wait = kFramesBetween;
  pixels.Attach(frame);
  pose.visible = Confirmed(pose, place);
  if (!Enough(pose.visible)) return std::nullopt;
  if (*leaves < adopted.size()) adopted.erase(adopted.begin() + static_cast<std::ptrdiff_t>(*leaves));
  adopted.push_back({Cut(pose, place), pose});
  SupportSet all = user;
  for (const Adopted &one : adopted) all.shots.push_back(one.shot);
  return all;
}

bool ShotAdoption::Impl::Enough(const std::vector<bool> &points) const {
  const auto count = std::count(points.begin(), points.end(), true);
  return count > 0 && static_cast<float>(count) >= kEnough * static_cast<float>(layout.known_count);
}

/// One a keypoint; none where the frame is not sure as a whole.
std::vector<bool> ShotAdoption::Impl::SurePoints(const FrameResult &found) const {
  std::vector<bool> sure(layout.points.size());
  if (!found.inferred || found.instances.empty()) return sure;
  const Instance &instance = found.instances.front();
  if (instance.state != TrackState::kTracked || !(instance.confidence >= kSure)) return sure;
  for (std::size_t i = 0; i < sure.size(); ++i) sure[i] = layout.known[i] && SurePoint(instance.points[i]);
  return sure;
}

Similarity ShotAdoption::Impl::PlaceOf(const FrameView &frame, const Instance &instance,
                                       const std::vector<bool> &sure) const {
  if (layout.fills_picture) {
    return FrameFromObject({0, 0, static_cast<float>(frame.width), static_cast<float>(frame.height)}, 0);
  }
  std::vector<Point2> points;
  for (const TrackedPoint &point : instance.points) points.push_back(point.raw_in_frame);
  const std::vector<float> weight(sure.begin(), sure.end());
  return FitRobustly({layout.points, points, weight}, kLayoutTolerance, FrameFromObject(instance.box, 0)).transform;
}

/// How far a pose is from the nearest shot's. `left_out`: an adopted shot that does not count; their number: none.
double ShotAdoption::Impl::NearestOther(const ObjectPose &pose, std::size_t left_out) const {
  double nearest = std::numeric_limits<double>::max();
  for (const ObjectPose &one : user_poses) nearest = std::min(nearest, Difference(one, pose));
  for (std::size_t i = 0; i < adopted.size(); ++i) {
    if (i != left_out) nearest = std::min(nearest, Difference(adopted[i].pose, pose));
  }
  return nearest;
}

/// Which adopted shot gives way to a pose: the one most like another, if it is more so than the pose itself; their
/// number where there is room. None where the pose is nothing new.
std::optional<std::size_t> ShotAdoption::Impl::RoomFor(const ObjectPose &pose) const {
  double least = NearestOther(pose, adopted.size());
  if (least < kAnotherPose) return std::nullopt;
  if (adopted.size() < most) return adopted.size();
  std::optional<std::size_t> leaves;
  for (std::size_t i = 0; i < adopted.size(); ++i) {
    const double nearest = std::min(NearestOther(adopted[i].pose, i), Difference(pose, adopted[i].pose));
    if (nearest >= least) continue;
    least = nearest;
    leaves = i;
  }
  return leaves;
}

/// Which of the pose's points the user's shots alone find at the same place, unseeded.
std::vector<bool> ShotAdoption::Impl::Confirmed(const ObjectPose &pose, const Similarity &place) {
  FrameResult::StageTimes times;
  std::vector<Measurements> answers;
  batch.Ask(pixels, {{place, nullptr, true, nullptr}}, &times, &answers);
  std::vector<bool> confirmed = pose.visible;
  for (std::size_t i = 0; i < confirmed.size(); ++i) {
    const Measurement &answer = answers.front()[i];
    const double distance =
        std::hypot(answer.xy_in_frame.x - pose.points[i].x, answer.xy_in_frame.y - pose.points[i].y);
    confirmed[i] = confirmed[i] && answer.confidence > 0 && distance <= kAgreement * pose.side;
  }
  return confirmed;
}

/// The surroundings of the object, as the frame shows them; black beyond its edges.
SupportShot ShotAdoption::Impl::Cut(const ObjectPose &pose, const Similarity &place) {
  const double sides = layout.fills_picture ? 1 : kPictureSides;
  const double scale = std::min(1.0, kPictureCrops * judge->crop_size() / (sides * pose.side));
  const int size = std::max(1, static_cast<int>(std::lround(sides * pose.side * scale)));
  const Similarity picture_from_frame{scale, 0, size / 2.0 - scale * place.dx, size / 2.0 - scale * place.dy};
  SupportShot shot;
  shot.image = {size, size, std::vector<std::uint8_t>(static_cast<std::size_t>(size) * size * 3)};
  pixels.Crop(picture_from_frame, size, shot.image.pixels.data());
  const auto box_side = static_cast<float>(size / sides);
  const float margin = (static_cast<float>(size) - box_side) / 2;
  shot.box = {margin, margin, box_side, box_side};
  shot.visible = pose.visible;
  shot.points.resize(pose.points.size());
  std::transform(pose.points.begin(), pose.points.end(), shot.points.begin(), picture_from_frame);
  shot.source = "adopted frame " + std::to_string(++adoptions);
  return shot;
}

ShotAdoption::ShotAdoption(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ShotAdoption::~ShotAdoption() = default;

Result<std::unique_ptr<ShotAdoption>> ShotAdoption::Create(const Estimator &network, SupportSet user,
                                                           const TrackerSettings &settings, int most) noexcept {
  return Protect([&]() -> Result<std::unique_ptr<ShotAdoption>> {
    Check(settings, most);
    auto impl = std::make_unique<Impl>(network, std::move(user), settings, most);
    return std::unique_ptr<ShotAdoption>(new ShotAdoption(std::move(impl)));
  });
}

Result<std::optional<SupportSet>> ShotAdoption::Consider(const FrameView &frame, const FrameResult &found) noexcept {
  return Protect([&]() -> Result<std::optional<SupportSet>> { return impl_->Consider(frame, found); });
}

Status ShotAdoption::Learn(const FrameView &frame, const TrackerSettings &settings, FrameResult *found,
                           std::unique_ptr<Tracker> *tracker) noexcept {
  return Protect([&] {
    const Stopwatch watch(&found->times.total_ns);
    std::optional<SupportSet> support = impl_->Consider(frame, *found);
    if (!support) return;
    auto next = Tracker::Create(impl_->judge->ShareNetwork(), std::move(*support), settings);
    ThrowIfFailed(next.status());
    ThrowIfFailed(next.value()->Continue(**tracker));
    *tracker = std::move(next).value();
  });
}

}  // namespace kpt
