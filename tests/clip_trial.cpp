#include "clip_trial.h"

#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "kpt/base/error.h"
#include "kpt/data/coco.h"
#include "kpt/data/picture.h"

namespace kpt::trials {
namespace {

void ThrowIfFailed(const Status &status) {
  if (!status.ok()) throw Error(status.code(), status.message());
}

/// The picture's turn in a frame, as frame_from_clip.
cv::Matx23d Turn(const Trial &trial, const cv::Size &size, int frame) {
  const cv::Point2f centre(static_cast<float>(size.width) / 2, static_cast<float>(size.height) / 2);
  return cv::getRotationMatrix2D(centre, -trial.turn_deg_per_frame * frame, 1);
}

Point2 Apply(const cv::Matx23d &t, Point2 p) {
  return {static_cast<float>(t(0, 0) * p.x + t(0, 1) * p.y + t(0, 2)),
          static_cast<float>(t(1, 0) * p.x + t(1, 1) * p.y + t(1, 2))};
}

/// Plays the clip from the support's frame to the last labelled one: BGR pictures, turned as the trial wants.
void Play(const LabelledClip &clip, const Trial &trial, const std::function<void(int, const cv::Mat &)> &show) {
  data::VideoReader video(clip.video);
  cv::Mat turned;
  for (int frame = clip.labels.front().frame; frame <= clip.labels.back().frame; ++frame) {
    const cv::Mat picture = video.Frame(frame);
    if (trial.turn_deg_per_frame == 0) {
      show(frame, picture);
      continue;
    }
    cv::warpAffine(picture, turned, Turn(trial, picture.size(), frame - clip.labels.front().frame), picture.size(),
                   cv::INTER_LINEAR);
    show(frame, turned);
  }
}

/// Counts the points of the frames that have labels.
class Scorer {
 public:
  Scorer(const LabelledClip &clip, const Trial &trial) : clip_(clip), trial_(trial) {}

  void Add(int frame, const cv::Size &size, const std::vector<Point2> &points) {
    while (next_ < clip_.labels.size() && clip_.labels[next_].frame < frame) ++next_;
    if (next_ == 0 || next_ == clip_.labels.size() || clip_.labels[next_].frame != frame) return;
    const Labels &truth = clip_.labels[next_];
    const cv::Matx23d turn = Turn(trial_, size, frame - clip_.labels.front().frame);
    const double side = std::max(truth.box.width, truth.box.height);
    for (std::size_t i = 0; i < truth.points.size(); ++i) {
      const Point2 place = trial_.turn_deg_per_frame == 0 ? truth.points[i] : Apply(turn, truth.points[i]);
      const bool inside = place.x >= 0 && place.y >= 0 && place.x < static_cast<float>(size.width) &&
                          place.y < static_cast<float>(size.height);
      if (!truth.visible[i] || !inside) continue;
      ++score_.points;
      if (points.empty()) continue;
      const double distance = std::hypot(points[i].x - place.x, points[i].y - place.y) / side;
      score_.pck05 += distance <= 0.05;
      score_.pck10 += distance <= 0.1;
      score_.pck20 += distance <= 0.2;
    }
  }

  Score Finish() {
    const double n = std::max(1, score_.points);
    score_.pck05 /= n, score_.pck10 /= n, score_.pck20 /= n;
    return score_;
  }

 private:
  const LabelledClip &clip_;
  const Trial &trial_;
  std::size_t next_ = 0;
  Score score_;
};

}  // namespace

std::vector<std::string> ClipsOf(const std::string &folder) {
  std::vector<std::string> names;
  for (const data::CocoVideo &video : data::ReadCoco(folder + "/annotations.json").videos) {
    if (!video.unlabelled) names.push_back(video.name);
  }
  return names;
}

LabelledClip LoadClip(const std::string &folder, const std::string &video_name, int frames) {
  const data::CocoFile file = data::ReadCoco(folder + "/annotations.json");
  const auto video =
      std::find_if(file.videos.begin(), file.videos.end(), [&](const auto &v) { return v.name == video_name; });
  if (video == file.videos.end()) throw Error(ErrorCode::kNotFound, folder + ": no clip " + video_name);
  std::map<std::int64_t, int> frame_of_image;
  for (const data::CocoImage &image : file.images) {
    if (image.video_id == video->id && image.frame_index < frames) frame_of_image[image.id] = image.frame_index;
  }
  std::map<int, std::vector<const data::CocoAnnotation *>> by_frame;  // annotations come in the order of ids
  for (const data::CocoAnnotation &a : file.annotations) {
    const auto frame = frame_of_image.find(a.image_id);
    if (frame != frame_of_image.end()) by_frame[frame->second].push_back(&a);
  }
  if (by_frame.empty()) throw Error(ErrorCode::kInput, folder + ": no label in " + video_name);
  const data::CocoAnnotation &first = *by_frame.begin()->second.front();

  LabelledClip clip;
  clip.name = video_name;
  clip.video = file.folder + "/" + video->file;
  for (const auto &[frame, annotations] : by_frame) {
    for (const data::CocoAnnotation *a : annotations) {
      if (a->track == first.track) clip.labels.push_back({frame, a->box, a->points, a->visible});
    }
  }
  const data::CocoCategory &category = file.Category(first.category_id);
  clip.support.category = category.name;
  clip.support.keypoint_names = category.keypoints;
  clip.support.skeleton = category.skeleton;
  cv::Mat rgb;
  cv::cvtColor(data::VideoReader(clip.video).Frame(clip.labels[0].frame), rgb, cv::COLOR_BGR2RGB);
  clip.support.shots.push_back(
      {{rgb.cols, rgb.rows, {rgb.datastart, rgb.dataend}}, first.box, first.points, first.visible, "shot"});
  return clip;
}

Score Follow(const LabelledClip &clip, const Trial &trial, std::unique_ptr<Estimator> estimator) {
  TrackerSettings settings = trial.settings;
  const SupportShot &shot = clip.support.shots[0];
  if (!trial.start_from_truth && settings.initial_boxes.empty()) settings.initial_boxes = {{shot.box, 0}};
  auto made = Tracker::Create(std::move(estimator), clip.support, settings);
  ThrowIfFailed(made.status());
  Tracker &tracker = *made.value();
  if (trial.start_from_truth) ThrowIfFailed(tracker.StartFrom(1, shot.points, shot.visible));

  Scorer scorer(clip, trial);
  FrameResult result;
  Score times;
  Play(clip, trial, [&](int frame, const cv::Mat &picture) {
    FrameView view;
    view.format = PixelFormat::kBgr;
    view.width = picture.cols;
    view.height = picture.rows;
    view.planes[0] = {picture.data, static_cast<int>(picture.step)};
    ThrowIfFailed(tracker.Process(view, &result));
    std::vector<Point2> points;
    if (!result.instances.empty()) {
      for (const TrackedPoint &p : result.instances[0].points) points.push_back(p.xy_in_frame);
      times.tracked_frames += result.instances[0].state == TrackState::kTracked;
    }
    scorer.Add(frame, picture.size(), points);
    ++times.frames;
    times.flow_ms += 1e-6 * static_cast<double>(result.times.flow_ns);
    times.crop_ms += 1e-6 * static_cast<double>(result.times.crop_ns);
    times.network_ms += 1e-6 * static_cast<double>(result.times.network_ns);
    times.total_ms += 1e-6 * static_cast<double>(result.times.total_ns);
  });
  Score score = scorer.Finish();
  score.tracked_frames = times.tracked_frames;
  score.frames = times.frames;
  score.flow_ms = times.flow_ms / times.frames;
  score.crop_ms = times.crop_ms / times.frames;
  score.network_ms = times.network_ms / times.frames;
  score.total_ms = times.total_ms / times.frames;
  return score;
}

Score FollowByPlainFlow(const LabelledClip &clip, const Trial &trial) {
  Scorer scorer(clip, trial);
  std::vector<cv::Point2f> points, next;
  for (const Point2 &p : clip.support.shots[0].points) points.emplace_back(p.x, p.y);
  cv::Mat grey, last;
  std::vector<unsigned char> found;
  std::vector<float> error;
  Play(clip, trial, [&](int frame, const cv::Mat &picture) {
    cv::cvtColor(picture, grey, cv::COLOR_BGR2GRAY);
    if (!last.empty()) {
      cv::calcOpticalFlowPyrLK(last, grey, points, next, found, error);
      for (std::size_t i = 0; i < points.size(); ++i) {
        if (found[i]) points[i] = next[i];
      }
    }
    cv::swap(grey, last);
    std::vector<Point2> now;
    for (const cv::Point2f &p : points) now.push_back({p.x, p.y});
    scorer.Add(frame, picture.size(), now);
  });
  return scorer.Finish();
}

std::string Line(const std::string &name, const Score &s) {
  char line[256];
  std::snprintf(line, sizeof line,
                "%-34s %5.1f %5.1f %5.1f   tracked %4d of %4d   flow %4.1f crop %4.1f network %5.1f total %5.1f ms",
                name.c_str(), 100 * s.pck05, 100 * s.pck10, 100 * s.pck20, s.tracked_frames, s.frames, s.flow_ms,
                s.crop_ms, s.network_ms, s.total_ms);
  return line;
}

}  // namespace kpt::trials
