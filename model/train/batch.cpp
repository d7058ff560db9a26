#include "kpt/train/batch.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kpt/base/error.h"

namespace kpt::train {
namespace {

using torch::Tensor;

void Require(bool condition, const char *what) {
  if (!condition)
    throw Error(ErrorCode::kInvalidArgument, std::string("episodes of one batch differ in their ") + what);
}

const EpisodePicture &Shot(const Episode &episode, std::size_t s) {
  return episode.support[std::min(s, episode.support.size() - 1)];
}

void CopyPoints(const std::vector<Point2> &points, Tensor row) {
  float *out = row.data_ptr<float>();
  for (const Point2 &p : points) {
    *out++ = p.x;
    *out++ = p.y;
  }
}

void CopyFlags(const std::vector<bool> &flags, Tensor row) {
  std::copy(flags.begin(), flags.end(), row.data_ptr<bool>());
}

/// A slot counts where the query shows it and at least one shot marked it.
void CopyShown(const Episode &episode, Tensor row) {
  bool *out = row.data_ptr<bool>();
  for (std::size_t k = 0; k < episode.query.points.size(); ++k) {
    const bool marked = std::any_of(episode.support.begin(), episode.support.end(),
                                    [k](const EpisodePicture &p) { return p.visible[k]; });
    out[k] = episode.object_in_query && marked && episode.query.visible[k];
  }
}

Tensor ImagesOf(const std::vector<Episode> &episodes, std::size_t shots) {
  const std::size_t bytes = episodes[0].query.rgb.size();
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(bytes) / 3)));
  const auto batch = static_cast<std::int64_t>(episodes.size());
  const Tensor images = torch::empty({static_cast<std::int64_t>(shots + 1) * batch, side, side, 3}, torch::kUInt8);
  std::uint8_t *out = images.data_ptr<std::uint8_t>();
  for (std::size_t s = 0; s <= shots; ++s) {
    for (const Episode &episode : episodes) {
      const EpisodePicture &picture = s < shots ? Shot(episode, s) : episode.query;
      Require(picture.rgb.size() == bytes, "crop size");
      std::memcpy(out, picture.rgb.data(), bytes);
      out += bytes;
    }
  }
  return images;
}

net::SupportAnnotations AnnotationsOf(const std::vector<Episode> &episodes, std::size_t shots, std::int64_t keypoints) {
  const auto count = static_cast<std::int64_t>(shots), batch = static_cast<std::int64_t>(episodes.size());
  const auto entries = static_cast<std::int64_t>(episodes[0].linked_refs[0][0].size());
  net::SupportAnnotations a{torch::empty({count, batch, keypoints, 2}),
                            torch::empty({count, batch, keypoints}, torch::kBool),
                            torch::empty({count, batch, keypoints, entries}, torch::kInt64)};
  for (std::int64_t s = 0; s < count; ++s) {
    for (std::int64_t b = 0; b < batch; ++b) {
      const Episode &episode = episodes[static_cast<std::size_t>(b)];
      const EpisodePicture &shot = Shot(episode, static_cast<std::size_t>(s));
      Require(static_cast<std::int64_t>(shot.points.size()) == keypoints, "number of keypoint slots");
      CopyPoints(shot.points, a.points[s][b]);
      CopyFlags(shot.visible, a.visible[s][b]);
      std::int64_t *refs = a.linked_refs[s][b].data_ptr<std::int64_t>();
      for (const auto &row : episode.linked_refs[std::min(static_cast<std::size_t>(s), episode.linked_refs.size() - 1)])
        refs = std::copy(row.begin(), row.end(), refs);
    }
  }
  return a;
}

net::Seeds SeedsOf(const std::vector<Episode> &episodes, std::int64_t keypoints) {
  const auto batch = static_cast<std::int64_t>(episodes.size());
  const Tensor points = torch::full({batch, keypoints, 2}, 0.5F);
  const Tensor seeded = torch::zeros({batch}, torch::kBool);
  for (std::int64_t b = 0; b < batch; ++b) {
    const std::vector<Point2> &seeds = episodes[static_cast<std::size_t>(b)].seeds;
    if (seeds.empty()) continue;
    CopyPoints(seeds, points[b]);
    seeded[b] = true;
  }
  if (!seeded.any().item<bool>()) return {};
  return {points, seeded, {}};
}

}  // namespace

Batch MakeBatch(const std::vector<Episode> &episodes) {
  if (episodes.empty()) throw Error(ErrorCode::kInvalidArgument, "a batch needs at least one episode");
  std::size_t shots = 0;
  for (const Episode &episode : episodes) shots = std::max(shots, episode.support.size());
  const auto batch = static_cast<std::int64_t>(episodes.size());
  const auto keypoints = static_cast<std::int64_t>(episodes[0].query.points.size());

  Batch out{ImagesOf(episodes, shots),
            AnnotationsOf(episodes, shots, keypoints),
            SeedsOf(episodes, keypoints),
            torch::empty({batch, keypoints, 2}),
            torch::empty({batch, keypoints}, torch::kBool),
            torch::empty({batch, keypoints}, torch::kBool),
            torch::zeros({batch, keypoints}, torch::kBool)};
  for (std::int64_t b = 0; b < batch; ++b) {
    const Episode &episode = episodes[static_cast<std::size_t>(b)];
    Require(static_cast<std::int64_t>(episode.query.points.size()) == keypoints, "number of keypoint slots");
    CopyPoints(episode.query.points, out.target[b]);
    CopyShown(episode, out.shown[b]);
    CopyFlags(episode.query.covered, out.covered[b]);
    out.real[b].slice(0, 0, episode.real_keypoints).fill_(true);
  }
  return out;
}

}  // namespace kpt::train
