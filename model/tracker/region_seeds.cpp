#include "region_seeds.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "crowd.h"

namespace kpt {
namespace {

constexpr double kInside = 0.5;     // share of its points that an object has in its region, at least
constexpr int kFramesToGiveUp = 4;  // as a stray, in a row
constexpr int kMissesPerFrame = 2;  // regions that cost a look and give nothing, so that a live stream does not stop
constexpr float kLargest = 1e5F;    // side of a box, in pixels
constexpr float kClearlySurer = 0.15F;  // what a region shows, than what is followed in doubt

bool Contains(const Box &box, Point2 p) {
  return p.x >= box.x && p.y >= box.y && p.x <= box.x + box.width && p.y <= box.y + box.height;
}

double ShareInside(const Box &box, const std::vector<Point2> &points) {
  const auto inside = std::count_if(points.begin(), points.end(), [&](Point2 p) { return Contains(box, p); });
  return points.empty() ? 0 : static_cast<double>(inside) / static_cast<double>(points.size());
}

bool LiesIn(const InstanceTrack &track, const Region &region) {
  return track.following() && ShareInside(region.box, track.points()) >= kInside;
}

bool IsOwn(const Region &region, const InstanceTrack &track) { return region.id > 0 && region.id == track.id(); }

double DistanceOf(const Similarity &place, const Box &box) {
  return std::hypot(place.dx - box.x - box.width / 2, place.dy - box.y - box.height / 2);
}

/// False for a box without a size or place, and for one outside the frame.
bool Usable(const Region &region, const FramePixels &frame) {
  const Box &box = region.box;
  return std::isfinite(box.x) && std::isfinite(box.y) && box.width >= 1 && box.width < kLargest && box.height >= 1 &&
         box.height < kLargest && box.x < frame.width() && box.y < frame.height() && box.x + box.width > 0 &&
         box.y + box.height > 0;
}

}  // namespace

RegionSeeds::RegionSeeds(std::vector<InstanceTrack> *tracks, Search *search) : tracks_(tracks), search_(search) {
  Reset();
}

void RegionSeeds::Reset() {
  frames_elsewhere_.assign(tracks_->size(), 0);
  next_region_ = 0;
}

void RegionSeeds::Seed(FramePixels &frame, const std::vector<Region> &given, const TrackerSettings &settings,
                       FrameResult *result) {
  std::vector<Region> regions;
  std::copy_if(given.begin(), given.end(), std::back_inserter(regions),
               [&](const Region &region) { return Usable(region, frame); });
  GiveUpStrays(regions, settings);
  const std::vector<Region> unclaimed = Unclaimed(regions, settings);
  const std::size_t first = next_region_;
  int misses = 0;
  for (std::size_t i = 0; i < unclaimed.size() && misses < kMissesPerFrame; ++i) {
    const Region &region = unclaimed[(first + i) % unclaimed.size()];
    InstanceTrack *taker = TakerOf(region, settings);
    if (taker == nullptr) continue;
    search_->Exclude(SureMembers(*tracks_, settings));
    const Candidate candidate = search_->InRegion(frame, region.box, settings.confidence_threshold, &result->times);
    result->inferred = true;
    if (Adopt(taker, region, candidate, settings)) continue;
    next_region_ = (first + i + 1) % unclaimed.size();
    ++misses;
  }
}

/// A detector that knows its objects again says where each is: a track that is elsewhere went over to another.
void RegionSeeds::GiveUpStrays(const std::vector<Region> &regions, const TrackerSettings &settings) {
  for (std::size_t i = 0; i < tracks_->size(); ++i) {
    InstanceTrack &track = (*tracks_)[i];
    const auto own = std::find_if(regions.begin(), regions.end(), [&](const Region &r) { return IsOwn(r, track); });
    if (own == regions.end()) continue;
    const bool strays = !track.SearchDue(settings) && !LiesIn(track, *own);
    frames_elsewhere_[i] = strays ? frames_elsewhere_[i] + 1 : 0;
    if (frames_elsewhere_[i] < kFramesToGiveUp) continue;
    track.LetGo();
    frames_elsewhere_[i] = 0;
  }
}

/// The regions of objects that no track follows. A track claims its own region, wherever that is; without one, that of
/// those around its points which is nearest.
std::vector<Region> RegionSeeds::Unclaimed(const std::vector<Region> &regions, const TrackerSettings &settings) const {
  std::vector<bool> claimed(regions.size());
  for (const bool own : {true, false}) {
    for (const InstanceTrack &track : *tracks_) {
      if (track.SearchDue(settings)) continue;
      const auto has_own = [&](const Region &region) { return IsOwn(region, track); };
      if (own != std::any_of(regions.begin(), regions.end(), has_own)) continue;
      std::size_t nearest = regions.size();
      for (std::size_t i = 0; i < regions.size(); ++i) {
        if (claimed[i] || !(own ? has_own(regions[i]) : LiesIn(track, regions[i]))) continue;
        const bool nearer = nearest == regions.size() ||
                            DistanceOf(track.place(), regions[i].box) < DistanceOf(track.place(), regions[nearest].box);
        if (nearer) nearest = i;
      }
      if (nearest < regions.size()) claimed[nearest] = true;
    }
  }
  std::vector<Region> unclaimed;
  for (std::size_t i = 0; i < regions.size(); ++i) {
    if (!claimed[i]) unclaimed.push_back(regions[i]);
  }
  return unclaimed;
}

/// Of the tracks that are searched for: the one that bears the region's id, or was there, or is free, or is followed in
/// doubt. A region with an id is rather a new object's, one without that of the lost one that was nearest.
InstanceTrack *RegionSeeds::TakerOf(const Region &region, const TrackerSettings &settings) {
  const auto rank = [&](const InstanceTrack &track) {
    const bool seen_before = track.last_place().has_value();
    const double distance = seen_before ? DistanceOf(*track.last_place(), region.box) : 0;
    if (IsOwn(region, track)) return std::tuple(0, distance);
    if (LiesIn(track, region)) return std::tuple(1, distance);
    if (!track.following()) return std::tuple(seen_before == (region.id > 0) ? 3 : 2, distance);
    return std::tuple(4, distance);
  };
  InstanceTrack *taker = nullptr;
  for (InstanceTrack &track : *tracks_) {
    if (track.SearchDue(settings) && (taker == nullptr || rank(track) < rank(*taker))) taker = &track;
  }
  return taker;
}

bool RegionSeeds::Adopt(InstanceTrack *taker, const Region &region, const Candidate &candidate,
                        const TrackerSettings &settings) {
  if (!candidate.Convincing(settings.confidence_threshold)) return false;
  if (taker->following() && candidate.confidence < taker->confidence() + kClearlySurer) return false;
  const bool is_new = region.id > 0 && !IsOwn(region, *taker) && !LiesIn(*taker, region);
  if (is_new) taker->BecomeAnother(region.id);
  taker->Adopt(candidate, false);
  return true;
}

}  // namespace kpt
