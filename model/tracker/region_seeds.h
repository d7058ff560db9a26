// Regions that a detector gave with a frame, in place of a search: which of them are objects that are followed already,
// and which track takes a new one. Called by tracker.cpp, once a frame, after the answers about the followed.
#pragma once

#include <vector>

#include "instance_track.h"
#include "kpt/tracker.h"
#include "search.h"

namespace kpt {

class RegionSeeds {
 public:
  /// Borrows both.
  RegionSeeds(std::vector<InstanceTrack> *tracks, Search *search);

  /// Forgets what earlier frames' regions said.
  void Reset();

  /// Gives up tracks whose own region has long been elsewhere, then lets those that are searched for look into the
  /// regions that nobody follows.
  void Seed(FramePixels &frame, const std::vector<Region> &regions, const TrackerSettings &settings,
            FrameResult *result);

 private:
  void GiveUpStrays(const std::vector<Region> &regions, const TrackerSettings &settings);
  std::vector<Region> Unclaimed(const std::vector<Region> &regions, const TrackerSettings &settings) const;
  InstanceTrack *TakerOf(const Region &region, const TrackerSettings &settings);
  bool Adopt(InstanceTrack *taker, const Region &region, const Candidate &candidate, const TrackerSettings &settings);

  std::vector<InstanceTrack> *tracks_;
  Search *search_;
  std::vector<int> frames_elsewhere_;  ///< of each track: in a row that its own region was given, and not around it
  std::size_t next_region_ = 0;        ///< regions in which nothing was found take turns
};

}  // namespace kpt
