// The tracker's pipeline: see Impl::Process. Everything with a formula in it lies in the files that it calls.
#include "kpt/tracker.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "crop.h"
#include "crop_batch.h"
#include "crowd.h"
#include "frame_clock.h"
#include "frame_pixels.h"
#include "instance_track.h"
#include "known_pictures.h"
#include "object_layout.h"
#include "protect.h"
#include "region_seeds.h"
#include "search.h"
#include "stopwatch.h"

namespace kpt {
namespace {

constexpr int kMostInstances = 32;
constexpr float kClearlySurer = 0.15F;  // what a search finds, than what is followed in doubt
constexpr int kFramesToLetGo = 4;       // two tracks at one place, in a row

bool CentreInside(const Box &inner, const Box &outer) {
  const float x = inner.x + inner.width / 2 - outer.x, y = inner.y + inner.height / 2 - outer.y;
  return x >= 0 && y >= 0 && x < outer.width && y < outer.height;
}

OrientedBox WholeFrame(const FramePixels &frame) {
  return {{0, 0, static_cast<float>(frame.width()), static_cast<float>(frame.height())}, 0};
}

/// What the filter has to expect of the network, by how well it knows the user's own shots.
CorrectionFilter::Noise NoiseOf(const Estimator &estimator, std::size_t shots) {
  constexpr double kAloneIsEasy = 2;  // a shot's own marks are found more easily than another's
  const double error = estimator.typical_error() * kCropSides / estimator.crop_size();
  if (!(error >= 0)) return {};
  return CorrectionFilter::NoiseFor(shots == 1 ? kAloneIsEasy * error : error);
}

[[noreturn]] void Refuse(const std::string &what) { throw Error(ErrorCode::kInvalidArgument, what); }

/// Throws Error(kInvalidArgument) naming the setting as users do, with hyphens; also for a value that is no number.
void CheckSettings(const TrackerSettings &settings) {
  if (settings.instances < 1 || settings.instances > kMostInstances) {
    Refuse("instances: " + std::to_string(settings.instances) + "; must be from 1 to " +
           std::to_string(kMostInstances) + ".");
  }
  if (settings.initial_boxes.size() > static_cast<std::size_t>(settings.instances)) {
    Refuse("initial-boxes: " + std::to_string(settings.initial_boxes.size()) + " boxes for " +
           std::to_string(settings.instances) + " instance(s); give fewer boxes, or more instances.");
  }
  for (const OrientedBox &box : settings.initial_boxes) {
    const bool finite = std::isfinite(box.box.x) && std::isfinite(box.box.y) && std::isfinite(box.angle_deg);
    const auto possible = [](float side) { return side >= 1 && side < 1e5F; };
    if (!finite || !possible(box.box.width) || !possible(box.box.height)) {
      Refuse("initial-boxes: a box needs a place, and from 1 to 100000 pixels of width and height.");
    }
  }
  if (settings.inference_interval < 1) Refuse("inference-interval: must be at least 1.");
  if (settings.seeded_every < 0) Refuse("seeded-every: must be 0 or more.");
  if (settings.max_lost_frames < 1) Refuse("max-lost-frames: must be at least 1.");
  if (!(settings.confidence_threshold >= 0 && settings.confidence_threshold <= 1)) {
    Refuse("confidence-threshold: must be from 0 to 1.");
  }
  if (!(settings.min_cutoff_hz > 0 && settings.min_cutoff_hz <= 1e4F)) Refuse("min-cutoff: must be above 0.");
  if (!(settings.beta >= 0 && settings.beta <= 1e6F)) Refuse("beta: must be 0 or more.");
}

}  // namespace

struct Tracker::Impl {
  Impl(std::unique_ptr<Estimator> with, SupportSet set, const TrackerSettings &wanted);

  void Process(const FrameView &frame, const std::vector<Region> &regions, FrameResult *result);
  void Reset();
  InstanceTrack &Track(int id);

  // The steps of Process.
  bool AsksAhead() const;
  void Predict(FrameResult *result);
  void Ask(FrameResult *result);
  void Correct();
  void StartWhereMarked();
  void LetGoOfDoubles();
  void SearchWhereDue(FrameResult *result);
  void StartInBoxes(FrameResult *result);
  bool SearchInBox(std::size_t track, FrameResult *result);
  void SearchFirstFrame(const std::vector<std::size_t> &due, FrameResult *result);
  void SearchFurther(const std::vector<std::size_t> &due, FrameResult *result);
  void Report(FrameResult *result);

  std::unique_ptr<Estimator> estimator;
  SupportSet support;
  TrackerSettings settings;
  ObjectLayout layout;
  KnownPictures known_pictures;
  CropBatch batch;
  Search search;
  FramePixels pixels;
  FrameClock clock;
  std::vector<InstanceTrack> tracks;
  bool first_frame = true;  ///< since the start or a reset
  std::vector<InstanceTrack *> asking;
  std::vector<CropQuestion> questions;
  std::vector<Measurements> answers;
  std::vector<CrowdMember> crowd;
  RegionSeeds region_seeds{&tracks, &search};
  std::vector<int> frames_as_double;  ///< of each track: in a row, at another's place
  std::size_t next_searcher = 0;      ///< tracks take turns
};

Tracker::Impl::Impl(std::unique_ptr<Estimator> with, SupportSet set, const TrackerSettings &wanted)
    : estimator(std::move(with)),
      support(std::move(set)),
      settings(wanted),
      layout(LayoutOf(support)),
      known_pictures(support),
      batch(estimator.get(), support.keypoint_names.size()),
      search(&layout, &batch) {
  estimator->SetSupport(CutSupportCrops(support, layout, estimator->crop_size()), support.skeleton);
  const CorrectionFilter::Noise noise = NoiseOf(*estimator, support.shots.size());
  for (int id = 1; id <= settings.instances; ++id) tracks.emplace_back(id, &layout, noise);
  frames_as_double.assign(tracks.size(), 0);
  region_seeds.Reset();
  if (settings.inference_region == InferenceRegion::kRoiList) layout.fills_picture = false;  // it fills its region
}

void Tracker::Impl::Process(const FrameView &frame, const std::vector<Region> &regions, FrameResult *result) {
  *result = FrameResult{std::move(result->instances), std::move(result->events), false, {}};
  result->events.clear();
  const Stopwatch watch(&result->times.total_ns);
  pixels.Attach(frame);
  clock.Advance(frame);

  for (InstanceTrack &track : tracks) track.BeginFrame();
  if (AsksAhead()) {
    for (InstanceTrack &track : tracks) track.Anticipate(pixels);
    Ask(result);
    Predict(result);
  } else {
    Predict(result);
    Ask(result);
  }
  Correct();
  LetGoOfDoubles();
  if (settings.inference_region == InferenceRegion::kFullFrame) {
    SearchWhereDue(result);
  } else {
    StartInBoxes(result);
    region_seeds.Seed(pixels, regions, settings, result);
  }
  Report(result);
  first_frame = false;
}

bool Tracker::Impl::AsksAhead() const {
  const bool wanted =
      settings.ask_ahead == AskAhead::kAuto ? pixels.on_device() : settings.ask_ahead == AskAhead::kAlways;
  return wanted && settings.use_flow;
}

void Tracker::Impl::Predict(FrameResult *result) {
  const Stopwatch watch(&result->times.flow_ns);
  for (InstanceTrack &track : tracks) track.Predict(pixels, settings);
}

void Tracker::Impl::Ask(FrameResult *result) {
  asking.clear();
  questions.clear();
  for (InstanceTrack &track : tracks) {
    if (!track.InferenceDue(settings)) continue;
    asking.push_back(&track);
    questions.push_back(track.Question(settings));
  }
  if (asking.empty()) return;
  batch.Ask(pixels, questions, &result->times, &answers);
  result->inferred = true;
}

void Tracker::Impl::Correct() {
  if (asking.empty()) return;
  crowd.clear();
  for (const InstanceTrack &track : tracks)
    crowd.push_back({track.place(), track.following() ? &track.points() : nullptr});
  std::vector<bool> about_another;  // judged for all before the first correction moves a point
  for (std::size_t i = 0; i < asking.size(); ++i) {
    about_another.push_back(AboutAnother(answers[i], crowd, static_cast<std::size_t>(asking[i] - tracks.data())));
  }
  for (std::size_t i = 0; i < asking.size(); ++i) {
    about_another[i] ? asking[i]->Miss() : asking[i]->Correct(answers[i], settings);
  }
}

/// Where two tracks stay at one place, the one that was pulled there gives the object up.
void Tracker::Impl::LetGoOfDoubles() {
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const auto doubles = [&](const InstanceTrack &other) {
      return &other != &tracks[i] && other.following() && other.pulled() <= tracks[i].pulled() &&
             SameObject(other.place(), tracks[i].place());
    };
    const bool is_double = tracks[i].following() && std::any_of(tracks.begin(), tracks.end(), doubles);
    frames_as_double[i] = is_double ? frames_as_double[i] + 1 : 0;
    if (frames_as_double[i] < kFramesToLetGo) continue;
    tracks[i].LetGo();
    frames_as_double[i] = 0;
  }
}

void Tracker::Impl::StartWhereMarked() {
  std::size_t next = 0;
  for (const int shot_index : known_pictures.Recognise(pixels)) {
    const SupportShot &shot = support.shots[shot_index];
    if (next == tracks.size() || tracks[next].following()) break;
    if (next < settings.initial_boxes.size() && !CentreInside(shot.box, settings.initial_boxes[next].box)) continue;
    tracks[next++].StartHere(shot.points, shot.visible);
  }
}

void Tracker::Impl::SearchWhereDue(FrameResult *result) {
  if (first_frame) StartWhereMarked();
  std::vector<std::size_t> due;
  search.Exclude({});
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    if (!tracks[i].SearchDue(settings)) continue;
    if (layout.fills_picture && tracks[i].following()) continue;  // there is nowhere else to look
    if (!SearchInBox(i, result)) due.push_back(i);
  }
  if (due.empty()) return;
  result->inferred = true;
  first_frame ? SearchFirstFrame(due, result) : SearchFurther(due, result);
}

/// Where regions tell where to look, boxes that the caller gave for the first frame hold beside them.
void Tracker::Impl::StartInBoxes(FrameResult *result) {
  for (std::size_t i = 0; first_frame && i < settings.initial_boxes.size(); ++i) {
    if (tracks[i].SearchDue(settings)) SearchInBox(i, result);
  }
}

/// Where the caller or the layout says where the object is; false where neither does.
bool Tracker::Impl::SearchInBox(std::size_t track, FrameResult *result) {
  const bool has_box = first_frame && track < settings.initial_boxes.size();
  if (!has_box && !layout.fills_picture) return false;
  const OrientedBox box = has_box ? settings.initial_boxes[track] : WholeFrame(pixels);
  tracks[track].Adopt(search.InBox(pixels, box, settings.confidence_threshold, &result->times), true);
  result->inferred = true;
  return true;
}

/// One object after the other, the most convincing first.
void Tracker::Impl::SearchFirstFrame(const std::vector<std::size_t> &due, FrameResult *result) {
  for (const std::size_t i : due) {
    search.Exclude(SureMembers(tracks, settings));
    const Candidate candidate = search.Everywhere(pixels, &result->times);
    if (!candidate.Convincing(settings.confidence_threshold)) return;
    tracks[i].Adopt(candidate, false);
    search.Rewind();
  }
}

/// A few windows, and the surroundings of where one of the lost was last; what is found there is the lost one's whose
/// last place is nearest.
void Tracker::Impl::SearchFurther(const std::vector<std::size_t> &due, FrameResult *result) {
  search.Exclude(SureMembers(tracks, settings));
  const InstanceTrack &searcher = tracks[due[next_searcher++ % due.size()]];
  const float threshold = settings.confidence_threshold;
  const Candidate candidate = search.Further(pixels, searcher.last_place(), threshold, &result->times);
  if (!candidate.Convincing(threshold)) return;
  const auto distance = [&](std::size_t i) {
    const auto last = tracks[i].last_place();
    if (!last) return std::numeric_limits<double>::max();  // never seen: after those that were
    return std::hypot(last->dx - candidate.frame_from_object.dx, last->dy - candidate.frame_from_object.dy);
  };
  const auto nearest =
      std::min_element(due.begin(), due.end(), [&](std::size_t a, std::size_t b) { return distance(a) < distance(b); });
  InstanceTrack &finder = tracks[*nearest];
  if (finder.following() && candidate.confidence < finder.confidence() + kClearlySurer) return;
  finder.Adopt(candidate, false);
  search.Rewind();
}

void Tracker::Impl::Report(FrameResult *result) {
  std::size_t reported = 0;
  result->instances.resize(tracks.size());
  for (InstanceTrack &track : tracks) {
    if (const auto event = track.Judge(settings)) {
      result->events.push_back({*event, track.id()});
    }
    if (track.Report(clock.time_s(), settings, &result->instances[reported])) ++reported;
    const Stopwatch watch(&result->times.flow_ns);
    track.Remember(pixels, settings);
  }
  result->instances.resize(reported);
}

void Tracker::Impl::Reset() {
  for (InstanceTrack &track : tracks) track.Reset();
  frames_as_double.assign(tracks.size(), 0);
  region_seeds.Reset();
  search.Rewind();
  clock.Reset();
  first_frame = true;
}

InstanceTrack &Tracker::Impl::Track(int id) {
  for (InstanceTrack &track : tracks) {
    if (track.id() == id) return track;
  }
  Refuse("id: there is no instance " + std::to_string(id) + "; they count from 1 to " + std::to_string(tracks.size()) +
         ", or bear the id of the region that they were found in.");
}

Tracker::Tracker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tracker::~Tracker() = default;

Result<std::unique_ptr<Tracker>> Tracker::Create(std::unique_ptr<Estimator> estimator, SupportSet support,
                                                 const TrackerSettings &settings) noexcept {
  return Protect([&]() -> Result<std::unique_ptr<Tracker>> {
    if (!estimator) Refuse("estimator: null.");
    CheckSettings(settings);
    auto impl = std::make_unique<Impl>(std::move(estimator), std::move(support), settings);
    return std::unique_ptr<Tracker>(new Tracker(std::move(impl)));
  });
}

Status Tracker::Process(const FrameView &frame, FrameResult *result) noexcept { return Process(frame, {}, result); }

Status Tracker::Process(const FrameView &frame, const std::vector<Region> &regions, FrameResult *result) noexcept {
  Status status = Protect([&] { impl_->Process(frame, regions, result); });
  if (!status.ok()) {
    result->instances.clear();
    impl_->Reset();  // half a step was done: what is known of the object cannot be trusted
  }
  return status;
}

Status Tracker::Reset() noexcept {
  return Protect([&] { impl_->Reset(); });
}

Status Tracker::StartFrom(int id, const std::vector<Point2> &points_in_frame,
                          const std::vector<bool> &visible) noexcept {
  return Protect([&] { impl_->Track(id).StartFrom(points_in_frame, visible); });
}

Status Tracker::Continue(const Tracker &before) noexcept {
  return Protect([&] {
    const std::size_t count = impl_->layout.points.size(), their_count = before.impl_->layout.points.size();
    if (count != their_count) {
      Refuse("Continue: the other tracker follows " + std::to_string(their_count) + " keypoints, this one " +
             std::to_string(count) + ".");
    }
    const std::vector<InstanceTrack> &theirs = before.impl_->tracks;
    impl_->clock = before.impl_->clock;
    const std::size_t common = std::min(theirs.size(), impl_->tracks.size());
    for (std::size_t i = 0; i < common; ++i) impl_->tracks[i].Continue(theirs[i], before.impl_->settings);
  });
}

Status Tracker::UpdateSettings(const TrackerSettings &settings) noexcept {
  return Protect([&] {
    CheckSettings(settings);
    const InferenceRegion from_the_start = impl_->settings.inference_region;
    impl_->settings = settings;
    impl_->settings.inference_region = from_the_start;
  });
}

const SupportSet &Tracker::support() const noexcept { return impl_->support; }

std::string Tracker::model_name() const noexcept {
  std::string name;
  const Status status = Protect([&] { name = impl_->estimator->model_name(); });
  return status.ok() ? name : std::string("unknown");
}

}  // namespace kpt
