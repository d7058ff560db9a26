#include "crowd_trial.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "kpt/base/error.h"
#include "kpt/data/coco.h"
#include "kpt/data/picture.h"

namespace kpt::trials {
namespace {

constexpr double kNearEnough =
    0.5;  // mean distance of a track's points from the truth, of the box: else it is elsewhere

using Truths = std::vector<const data::CocoAnnotation *>;

std::map<int, Truths> TruthsOf(const data::CocoFile &file, std::int64_t video) {
  std::map<int, Truths> frames;
  for (const data::CocoAnnotation &annotation : file.annotations) {
    const data::CocoImage &image = file.Image(annotation.image_id);
    if (image.video_id == video) frames[image.frame_index].push_back(&annotation);
  }
  return frames;
}

/// Mean distance over the truth's visible points, of its box.
double Distance(const data::CocoAnnotation &truth, const Instance &instance) {
  if (instance.points.empty()) return std::numeric_limits<double>::infinity();
  double sum = 0;
  int count = 0;
  for (std::size_t k = 0; k < truth.points.size(); ++k) {
    if (!truth.visible[k]) continue;
    const Point2 p = instance.points[k].xy_in_frame;
    sum += std::hypot(p.x - truth.points[k].x, p.y - truth.points[k].y);
    ++count;
  }
  return sum / std::max(1, count) / std::max(truth.box.width, truth.box.height);
}

class CrowdScorer {
 public:
  void Add(const Truths &truths, std::vector<Instance> instances) {
    result_.score.frames += static_cast<int>(truths.size());
    std::vector<const data::CocoAnnotation *> open = truths;
    while (!open.empty()) {  // the nearest pair first
      auto best_truth = open.begin();
      auto best = instances.end();
      double least = std::numeric_limits<double>::infinity();
      for (auto truth = open.begin(); truth != open.end(); ++truth) {
        for (auto instance = instances.begin(); instance != instances.end(); ++instance) {
          const double distance = Distance(**truth, *instance);
          if (distance >= least) continue;
          least = distance;
          best_truth = truth;
          best = instance;
        }
      }
      Count(**best_truth, best == instances.end() ? nullptr : &*best, least);
      open.erase(best_truth);
      if (best != instances.end()) instances.erase(best);
    }
  }

  CrowdScore Finish() {
    const double n = std::max(1, result_.score.points);
    result_.score.pck05 /= n, result_.score.pck10 /= n, result_.score.pck20 /= n;
    return result_;
  }

 private:
  void Count(const data::CocoAnnotation &truth, const Instance *instance, double distance) {
    const double side = std::max(truth.box.width, truth.box.height);
    for (std::size_t k = 0; k < truth.points.size(); ++k) {
      if (!truth.visible[k]) continue;
      ++result_.score.points;
      if (instance == nullptr) continue;
      const Point2 p = instance->points[k].xy_in_frame;
      const double error = std::hypot(p.x - truth.points[k].x, p.y - truth.points[k].y) / side;
      result_.score.pck05 += error <= 0.05;
      result_.score.pck10 += error <= 0.1;
      result_.score.pck20 += error <= 0.2;
    }
    if (instance == nullptr || distance > kNearEnough) return;
    const auto [known, fresh] = track_of_.emplace(truth.track, instance->id);
    if (!fresh && known->second != instance->id) {
      ++result_.identity_switches;
      known->second = instance->id;
    }
    result_.score.tracked_frames += instance->state == TrackState::kTracked;  // of all objects
  }

  CrowdScore result_;
  std::map<std::int64_t, int> track_of_;
};

}  // namespace

CrowdScore FollowAll(const std::string &folder, const std::string &video_name, std::unique_ptr<Estimator> estimator) {
  const LabelledClip clip = LoadClip({folder, video_name});
  const data::CocoFile file = data::ReadCoco(folder + "/annotations.json");
  const auto video =
      std::find_if(file.videos.begin(), file.videos.end(), [&](const auto &v) { return v.name == video_name; });
  const std::map<int, Truths> truths = TruthsOf(file, video->id);
  std::set<std::int64_t> identities;
  for (const auto &[frame, objects] : truths) {
    for (const data::CocoAnnotation *object : objects) identities.insert(object->track);
  }
  TrackerSettings settings;
  settings.instances = static_cast<int>(identities.size());
  auto made = Tracker::Create(std::move(estimator), clip.support, settings);
  ThrowIfFailed(made.status());

  CrowdScorer scorer;
  data::VideoReader reader(clip.video);
  FrameResult result;
  Score times;
  for (int frame = clip.labels.front().frame; frame <= truths.rbegin()->first; ++frame) {
    const cv::Mat picture = reader.Frame(frame);
    const FrameView view =
        PackedView(PixelFormat::kBgr, picture.data, picture.cols, picture.rows, static_cast<int>(picture.step));
    ThrowIfFailed(made.value()->Process(view, &result));
    times.flow_ms += 1e-6 * static_cast<double>(result.times.flow_ns);
    times.crop_ms += 1e-6 * static_cast<double>(result.times.crop_ns);
    times.network_ms += 1e-6 * static_cast<double>(result.times.network_ns);
    times.total_ms += 1e-6 * static_cast<double>(result.times.total_ns);
    ++times.frames;
    const auto labelled = truths.find(frame);
    if (labelled != truths.end() && frame != clip.labels.front().frame) scorer.Add(labelled->second, result.instances);
  }
  CrowdScore crowd = scorer.Finish();
  crowd.score.flow_ms = times.flow_ms / times.frames;
  crowd.score.crop_ms = times.crop_ms / times.frames;
  crowd.score.network_ms = times.network_ms / times.frames;
  crowd.score.total_ms = times.total_ms / times.frames;
  return crowd;
}

}  // namespace kpt::trials
