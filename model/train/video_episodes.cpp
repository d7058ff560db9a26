#include "kpt/train/video_episodes.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "episode_common.h"
#include "kpt/base/error.h"
#include "kpt/data/picture.h"
#include "kpt/log/log.h"

namespace kpt::train {
namespace {

constexpr int kKeptSide = 480;        // pixels at most of a kept frame
constexpr int kCandidates = 300;      // corners that flow follows
constexpr double kLeastDistance = 5;  // pixels between corners
constexpr double kMovingShare = 0.7;  // of episodes about something that moves, where anything does
constexpr double kMoving = 1.5;       // pixels between the frames
constexpr int kAttempts = 8;
constexpr int kJpegQuality = 95;

using Bytes = std::vector<std::uint8_t>;

/// Consecutive frames of one video, as JPEG.
struct Segment {
  std::vector<Bytes> frames;
  std::size_t video = 0;
};

cv::Mat Decode(const Bytes &bytes) { return cv::imdecode(bytes, cv::IMREAD_COLOR); }

Bytes Encode(const cv::Mat &frame) {
  cv::Mat small = frame;
  const double scale = static_cast<double>(kKeptSide) / std::max(frame.cols, frame.rows);
  if (scale < 1) cv::resize(frame, small, {}, scale, scale, cv::INTER_AREA);
  Bytes bytes;
  cv::imencode(".jpg", small, bytes, {cv::IMWRITE_JPEG_QUALITY, kJpegQuality});
  return bytes;
}

/// Evenly spread segments of max_gap + 1 frames; those that the video does not have in full are left out.
std::vector<Segment> SegmentsOf(const std::string &path, std::size_t number, const VideoOptions &options) {
  data::VideoReader reader(path);
  const int length = options.max_gap + 1, frames = reader.EstimatedFrames();
  const int count = std::clamp(frames / length, 1, options.segments);
  std::vector<Segment> segments;
  for (int s = 0; s < count; ++s) {
    const int start = static_cast<int>(static_cast<std::int64_t>(s) * (frames - length) / std::max(1, count - 1));
    Segment segment;
    segment.video = number;
    try {
      for (int i = 0; i < length; ++i) segment.frames.push_back(Encode(reader.Frame(std::max(0, start) + i)));
    } catch (const Error &) {
      break;  // shorter than the file says
    }
    segments.push_back(std::move(segment));
  }
  return segments;
}

/// A point that flow followed from the first to the last frame.
struct Track {
  cv::Point2f from, to;
  double Motion() const { return std::hypot(to.x - from.x, to.y - from.y); }
};

/// Corners of the first frame, followed through all; those whose way back does not end where it began are dropped.
std::vector<Track> FollowCorners(const std::vector<cv::Mat> &grays, double max_error) {
  std::vector<cv::Point2f> corners;
  cv::goodFeaturesToTrack(grays.front(), corners, kCandidates, 0.01, kLeastDistance);
  std::vector<Track> tracks;
  for (const cv::Point2f &corner : corners) tracks.push_back({corner, corner});
  for (std::size_t f = 1; f < grays.size() && !tracks.empty(); ++f) {
    std::vector<cv::Point2f> before, after, back;
    for (const Track &track : tracks) before.push_back(track.to);
    std::vector<std::uint8_t> found, found_back;
    std::vector<float> error;
    cv::calcOpticalFlowPyrLK(grays[f - 1], grays[f], before, after, found, error);
    cv::calcOpticalFlowPyrLK(grays[f], grays[f - 1], after, back, found_back, error);
    std::vector<Track> kept;
    for (std::size_t i = 0; i < tracks.size(); ++i) {
      if (found[i] != 0 && found_back[i] != 0 && cv::norm(back[i] - before[i]) <= max_error)
        kept.push_back({tracks[i].from, after[i]});
    }
    tracks = std::move(kept);
  }
  return tracks;
}

/// Tracks within a circle, at most `most`; about something that moves where there is such a thing and chance wants it.
std::vector<Track> ChooseObject(const std::vector<Track> &tracks, double longer_side, int most, Random &random) {
  std::vector<Track> moving;
  std::copy_if(tracks.begin(), tracks.end(), std::back_inserter(moving),
               [](const Track &t) { return t.Motion() > kMoving; });
  const std::vector<Track> &centres = !moving.empty() && Chance(random, kMovingShare) ? moving : tracks;
  const Track &centre = centres[static_cast<std::size_t>(UniformInt(random, 0, static_cast<int>(centres.size()) - 1))];
  const double radius = LogUniform(random, 0.08, 0.4) * longer_side;
  std::vector<Track> chosen;
  std::copy_if(tracks.begin(), tracks.end(), std::back_inserter(chosen),
               [&](const Track &t) { return cv::norm(t.from - centre.from) <= radius; });
  std::shuffle(chosen.begin(), chosen.end(), random);
  if (static_cast<int>(chosen.size()) > most) chosen.resize(static_cast<std::size_t>(most));
  return chosen;
}

Box HullOf(const std::vector<Point2> &points) {
  float left = points[0].x, right = left, top = points[0].y, bottom = top;
  for (const Point2 &p : points) {
    left = std::min(left, p.x);
    right = std::max(right, p.x);
    top = std::min(top, p.y);
    bottom = std::max(bottom, p.y);
  }
  return {left, top, right - left, bottom - top};
}

class VideoEpisodes : public EpisodeSource {
 public:
  VideoEpisodes(const VideoOptions &video, const EpisodeOptions &episodes) : video_(video), options_(episodes) {
    for (std::size_t v = 0; v < video.files.size(); ++v) {
      try {
        for (Segment &segment : SegmentsOf(video.files[v], v, video)) segments_.push_back(std::move(segment));
      } catch (const Error &error) {
        LogWarning(std::string(error.what()) + "; skipped");
      }
    }
    if (segments_.empty()) throw Error(ErrorCode::kInput, "the videos of the training hold no usable segment");
  }

  Episode Make(Random &random) const override {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const Segment &segment = Pick(random);
      std::vector<cv::Mat> frames = Frames(segment, random);
      const std::vector<Track> object = FindObject(frames, random);
      if (static_cast<int>(object.size()) >= video_.min_points) return MakeFrom(segment, frames, object, random);
    }
    throw Error(ErrorCode::kInput,
                "the videos of the training are too plain for optical flow to follow points in them");
  }

 private:
  const Segment &Pick(Random &random) const {
    return segments_[static_cast<std::size_t>(UniformInt(random, 0, static_cast<int>(segments_.size()) - 1))];
  }

  /// A random stretch of the segment, forward or backward.
  std::vector<cv::Mat> Frames(const Segment &segment, Random &random) const {
    const int last = static_cast<int>(segment.frames.size()) - 1;
    const int gap = UniformInt(random, std::min(1, last), last), start = UniformInt(random, 0, last - gap);
    std::vector<cv::Mat> frames;
    for (int i = 0; i <= gap; ++i) frames.push_back(Decode(segment.frames[static_cast<std::size_t>(start + i)]));
    if (Chance(random, 0.5)) std::reverse(frames.begin(), frames.end());
    return frames;
  }

  std::vector<Track> FindObject(const std::vector<cv::Mat> &frames, Random &random) const {
    std::vector<cv::Mat> grays(frames.size());
    for (std::size_t f = 0; f < frames.size(); ++f) cv::cvtColor(frames[f], grays[f], cv::COLOR_BGR2GRAY);
    const std::vector<Track> tracks = FollowCorners(grays, video_.max_flow_error);
    if (tracks.empty()) return {};
    const double longer = std::max(frames[0].cols, frames[0].rows);
    const int most = std::min({video_.max_points, options_.max_keypoints, options_.padded_keypoints});
    return ChooseObject(tracks, longer, UniformInt(random, std::min(video_.min_points, most), most), random);
  }

  Episode MakeFrom(const Segment &segment, const std::vector<cv::Mat> &frames, const std::vector<Track> &object,
                   Random &random) const {
    std::vector<Point2> from, to;
    for (const Track &track : object) {
      from.push_back({track.from.x, track.from.y});
      to.push_back({track.to.x, track.to.y});
    }
    View support = Cut(frames.front(), from, random), query = Cut(frames.back(), to, random);
    const bool present = segments_.back().video == 0 || !Chance(random, options_.absent_share);  // one video: always
    if (!present) query.picture = Cut(Decode(OtherVideo(segment, random).frames[0]), to, random).picture;
    if (Chance(random, options_.occluder_share)) {
      AddOccluder(query, Cut(Decode(Pick(random).frames[0]), to, random).picture, random);
    }
    AugmentColour(support.picture, random);
    AugmentColour(query.picture, random);
    const net::Keypoints marked{support.points, support.visible};
    return FinishEpisode(support, query, net::SpanningTree({marked}), present, options_, random, "video");
  }

  const Segment &OtherVideo(const Segment &segment, Random &random) const {
    for (int attempt = 0; attempt < 10 * kAttempts; ++attempt) {
      const Segment &other = Pick(random);
      if (other.video != segment.video) return other;
    }
    return segments_.front().video != segment.video ? segments_.front() : segments_.back();
  }

  View Cut(const cv::Mat &frame, const std::vector<Point2> &points, Random &random) const {
    const data::CropSquare square = Jittered(data::SquareAround(HullOf(points)), video_.cut, options_, random);
    const cv::Matx23d crop_from_frame = data::CropFromImage(square, options_.crop_size);
    View view;
    view.picture = data::CutCrop(frame, square, options_.crop_size);
    for (const Point2 &p : points) view.points.push_back(data::Apply(crop_from_frame, p));
    view.visible.assign(points.size(), true);
    return view;
  }

  VideoOptions video_;
  EpisodeOptions options_;
  std::vector<Segment> segments_;
};

}  // namespace

std::shared_ptr<EpisodeSource> MakeVideoEpisodes(const VideoOptions &video, const EpisodeOptions &episodes) {
  return std::make_shared<VideoEpisodes>(video, episodes);
}

}  // namespace kpt::train
