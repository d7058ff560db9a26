// See eval_clips.h.
#include "eval_clips.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <opencv2/imgproc.hpp>

#include "command.h"
#include "eval_predictor.h"
#include "eval_score.h"
#include "kpt/data/picture.h"
#include "kpt/tracker.h"

namespace kpt::tools {
namespace {

using Truths = std::vector<const data::CocoAnnotation *>;  ///< of one frame, in the order of their ids

/// The labelled frames of one video for one category.
std::map<int, Truths> LabelledFrames(const data::CocoFile &file, const data::CocoVideo &video,
                                     const data::CocoCategory &category) {
  std::map<int, Truths> frames;
  for (const data::CocoAnnotation &annotation : file.annotations) {
    const data::CocoImage &image = file.Image(annotation.image_id);
    const bool marked = std::count(annotation.visible.begin(), annotation.visible.end(), true) > 0;
    const bool in_video = image.video_id == video.id && image.frame_index >= 0;
    if (annotation.category_id != category.id || !in_video || !marked) continue;
    frames[image.frame_index].push_back(&annotation);
  }
  return frames;
}

RgbImage AsRgb(const cv::Mat &bgr) {
  cv::Mat rgb;
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return {rgb.cols, rgb.rows, std::vector<std::uint8_t>(rgb.data, rgb.data + rgb.total() * rgb.elemSize())};
}

train::PredictedPoint AsPredicted(const TrackedPoint &p) { return {p.xy_in_frame, p.confidence}; }

std::vector<train::PredictedPoint> PointsOf(const Instance &instance) {
  std::vector<train::PredictedPoint> points;
  std::transform(instance.points.begin(), instance.points.end(), std::back_inserter(points), AsPredicted);
  return points;
}

/// One clip and category, from its shots to its score.
class ClipEvaluation {
 public:
  ClipEvaluation(const data::CocoFile &file, const data::CocoVideo &video, const data::CocoCategory &category,
                 const ClipOptions &options)
      : video_(video),
        category_(category),
        options_(options),
        frames_(LabelledFrames(file, video, category)),
        reader_(data::FindPicture(file, video.file)) {
    row_ = {std::filesystem::path(file.folder).filename().string(), category.name, "clip", video.name, 0, {}, {}, {}};
  }

  static bool HasEnoughFrames(const data::CocoFile &file, const data::CocoVideo &video,
                              const data::CocoCategory &category, int shots) {
    return LabelledFrames(file, video, category).size() > static_cast<std::size_t>(shots);
  }

  void Run(EvalReport *report) {
    report_ = report;
    TakeShots();
    const auto tracker = StartTracker();
    const int last = frames_.rbegin()->first;
    FrameResult result;
    for (int index = 0; index <= last; ++index) {
      const cv::Mat picture = reader_.Frame(index);
      ThrowIfFailed(tracker->Process(ViewOf(picture, index), &result));
      if (const auto labelled = frames_.find(index); labelled != frames_.end())
        Score(labelled->second, result.instances);
      options_.progress(video_.name, index + 1, last + 1);
    }
    row_.pck = shares_.pck();
    report->rows.push_back(row_);
  }

 private:
  /// The first labelled frames become the support, and are scored no more.
  void TakeShots() {
    support_.category = category_.name;
    support_.keypoint_names = category_.keypoints;
    support_.skeleton = category_.skeleton;
    counts_.assign(category_.keypoints.size(), true);
    for (int s = 0; s < options_.shots; ++s) {
      const auto frame = frames_.begin();
      const data::CocoAnnotation &truth = *frame->second.front();
      support_.shots.push_back({AsRgb(reader_.Frame(frame->first)), truth.box, truth.points, truth.visible,
                                video_.name + " frame " + std::to_string(frame->first)});
      shot_ids_.push_back(truth.id);
      counts_ = Both(counts_, truth.visible);
      frames_.erase(frame);
    }
  }

  std::unique_ptr<Tracker> StartTracker() const {
    TrackerSettings settings;
    for (const auto &[index, truths] : frames_)
      settings.instances = std::max(settings.instances, static_cast<int>(truths.size()));
    auto tracker = Tracker::Create(LoadEstimatorOrThrow(options_.estimator).estimator, support_, settings);
    ThrowIfFailed(tracker.status());
    return std::move(tracker).value();
  }

  FrameView ViewOf(const cv::Mat &picture, int index) const {
    FrameView view =
        PackedView(PixelFormat::kBgr, picture.data, picture.cols, picture.rows, static_cast<int>(picture.step));
    const double fps = reader_.fps() > 0 ? reader_.fps() : 30;
    view.pts_ns = static_cast<std::int64_t>(index / fps * 1e9);
    view.duration_ns = static_cast<std::int64_t>(1e9 / fps);
    return view;
  }

  /// Each truth takes the nearest instance, each instance once, the nearest pair first. A truth without one is missed.
  void Score(Truths truths, const std::vector<Instance> &instances) {
    std::vector<std::vector<train::PredictedPoint>> found;
    std::transform(instances.begin(), instances.end(), std::back_inserter(found), PointsOf);
    while (!truths.empty()) {
      auto best_truth = truths.begin();
      auto best_found = found.end();
      double best = std::numeric_limits<double>::infinity();
      for (auto truth = truths.begin(); truth != truths.end(); ++truth) {
        for (auto candidate = found.begin(); candidate != found.end(); ++candidate) {
          const double distance = MeanError(**truth, *candidate);
          if (distance >= best) continue;
          best = distance;
          best_truth = truth;
          best_found = candidate;
        }
      }
      const bool is_found = best_found != found.end();
      Count(**best_truth, is_found ? *best_found : std::vector<train::PredictedPoint>{});
      truths.erase(best_truth);
      if (is_found) found.erase(best_found);
    }
  }

  double MeanError(const data::CocoAnnotation &truth, const std::vector<train::PredictedPoint> &points) const {
    const std::vector<double> errors = RelativeErrors(truth, Both(counts_, truth.visible), points);
    double sum = 0;
    for (const double error : errors) sum += error;
    return errors.empty() ? std::numeric_limits<double>::infinity() : sum / static_cast<double>(errors.size());
  }

  void Count(const data::CocoAnnotation &truth, const std::vector<train::PredictedPoint> &points) {
    const std::vector<bool> counts = Both(counts_, truth.visible);
    for (const double error : RelativeErrors(truth, counts, points)) shares_.Add(error);
    for (const train::ConfidenceSample &sample : ConfidenceSamples(truth, counts, points))
      row_.confidences.push_back(sample);
    ++row_.pairs;
    report_->predictions.push_back({row_.source, row_.category, {shot_ids_, truth.id, points}});
  }

  const data::CocoVideo &video_;
  const data::CocoCategory &category_;
  const ClipOptions &options_;
  std::map<int, Truths> frames_;
  data::VideoReader reader_;
  SupportSet support_;
  std::vector<std::int64_t> shot_ids_;
  std::vector<bool> counts_;  ///< points that every shot shows
  PointShares shares_;
  EvalRow row_;
  EvalReport *report_ = nullptr;
};

}  // namespace

void EvaluateClips(const data::CocoFile &file, const ClipOptions &options, EvalReport *report) {
  for (const data::CocoVideo &video : file.videos) {
    if (video.unlabelled) continue;
    for (const data::CocoCategory &category : file.categories) {
      if (!ClipEvaluation::HasEnoughFrames(file, video, category, options.shots)) continue;
      ClipEvaluation(file, video, category, options).Run(report);
    }
  }
}

}  // namespace kpt::tools
