#include "clip_trial.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <opencv2/imgproc.hpp>

#include "clip_play.h"
#include "kpt/base/error.h"
#include "kpt/data/coco.h"
#include "kpt/data/picture.h"

namespace kpt::trials {
std::vector<std::string> ClipsOf(const std::string &folder) {
  std::vector<std::string> names;
  for (const data::CocoVideo &video : data::ReadCoco(folder + "/annotations.json").videos) {
    if (!video.unlabelled) names.push_back(video.name);
  }
  return names;
}

LabelledClip LoadClip(const ClipRequest &request) {
  const data::CocoFile file = data::ReadCoco(request.folder + "/annotations.json");
  const auto video =
      std::find_if(file.videos.begin(), file.videos.end(), [&](const auto &v) { return v.name == request.video; });
  if (video == file.videos.end()) throw Error(ErrorCode::kNotFound, request.folder + ": no clip " + request.video);
  std::map<std::int64_t, int> frame_of_image;
  for (const data::CocoImage &image : file.images) {
    const bool wanted = image.frame_index >= request.first && image.frame_index <= request.last;
    if (image.video_id == video->id && wanted) frame_of_image[image.id] = image.frame_index;
  }
  std::map<int, std::vector<const data::CocoAnnotation *>> by_frame;  // annotations come in the order of ids
  for (const data::CocoAnnotation &a : file.annotations) {
    const auto frame = frame_of_image.find(a.image_id);
    if (frame != frame_of_image.end()) by_frame[frame->second].push_back(&a);
  }
  if (by_frame.empty()) throw Error(ErrorCode::kInput, request.folder + ": no label in " + request.video);
  if (by_frame.begin()->second.size() <= request.object) {
    throw Error(ErrorCode::kInput, request.folder + ": too few objects in the first frame of " + request.video);
  }
  const data::CocoAnnotation &first = *by_frame.begin()->second[request.object];

  LabelledClip clip;
  clip.name = request.video;
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
  AddShots({clip.labels[0].frame}, &clip);
  return clip;
}

SupportShot ShotOf(const LabelledClip &clip, const Labels &labels) {
  cv::Mat rgb;
  cv::cvtColor(data::VideoReader(clip.video).Frame(labels.frame), rgb, cv::COLOR_BGR2RGB);
  return {{rgb.cols, rgb.rows, {rgb.datastart, rgb.dataend}},
          labels.box,
          labels.points,
          labels.visible,
          "frame " + std::to_string(labels.frame)};
}

std::set<int> SpreadFrames(const LabelledClip &clip, int shots) {
  std::set<int> frames;
  for (int i = 0; i < shots; ++i) {
    frames.insert(
        clip.labels[static_cast<std::size_t>(i) * clip.labels.size() / static_cast<std::size_t>(shots)].frame);
  }
  return frames;
}

void AddShots(const std::set<int> &frames, LabelledClip *clip) {
  for (const Labels &labels : clip->labels) {
    if (frames.count(labels.frame) == 0 || !clip->shot_frames.insert(labels.frame).second) continue;
    clip->support.shots.push_back(ShotOf(*clip, labels));
  }
}

std::unique_ptr<Tracker> StartTracker(const LabelledClip &clip, const Trial &trial,
                                      std::unique_ptr<Estimator> estimator) {
  TrackerSettings settings = trial.settings;
  const SupportShot &shot = clip.support.shots[0];
  if (trial.start == Start::kBox && settings.initial_boxes.empty()) settings.initial_boxes = {{shot.box, 0}};
  auto made = Tracker::Create(std::move(estimator), clip.support, settings);
  ThrowIfFailed(made.status());
  std::unique_ptr<Tracker> tracker = std::move(made).value();
  if (trial.start == Start::kTruth) ThrowIfFailed(tracker->StartFrom(1, shot.points, shot.visible));
  return tracker;
}

Score Follow(const LabelledClip &clip, const Trial &trial, std::unique_ptr<Estimator> estimator,
             const AfterFrame &after) {
  std::unique_ptr<Tracker> tracker = StartTracker(clip, trial, std::move(estimator));
  Scorer scorer(clip, trial);
  FrameResult result;
  Score times;
  Play(clip, trial, [&](int frame, const cv::Mat &picture) {
    const FrameView view =
        PackedView(PixelFormat::kBgr, picture.data, picture.cols, picture.rows, static_cast<int>(picture.step));
    ThrowIfFailed(tracker->Process(view, &result));
    times.tracked_frames += !result.instances.empty() && result.instances[0].state == TrackState::kTracked;
    scorer.Add(frame, picture.size(), AnswerOf(result));
    if (after) after({frame, view, &result, &tracker});
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

std::string Line(const std::string &name, const Score &s) {
  char line[256];
  std::snprintf(line, sizeof line,
                "%-34s %5.1f %5.1f %5.1f   tracked %4d of %4d   flow %4.1f crop %4.1f network %5.1f total %5.1f ms",
                name.c_str(), 100 * s.pck05, 100 * s.pck10, 100 * s.pck20, s.tracked_frames, s.frames, s.flow_ms,
                s.crop_ms, s.network_ms, s.total_ms);
  return line;
}

}  // namespace kpt::trials
