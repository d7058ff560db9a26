// The state machine of one instance: searching, tracked, lost. Counts frames; knows nothing of pixels, points or time.
// Called by instance_track.cpp.
#pragma once

#include <optional>

#include "kpt/tracker.h"

namespace kpt {

inline constexpr int kConfidentFramesToTrack = 2;
inline constexpr int kDoubtfulFramesToSearch = 3;

class TrackStateMachine {
 public:
  TrackState state() const { return state_; }

  /// Judges one frame. `max_lost_frames` >= 1. Returns the event that this frame caused, if any.
  std::optional<EventKind> Judge(bool confident, int max_lost_frames);

  /// The next frames are judged as those of an object that was just seen (`tracked`), or never.
  void Reset(TrackState state = TrackState::kSearching);

  /// Frames in a row that were not confident, up to the last one.
  int doubtful_frames() const { return doubtful_; }
  /// Frames in a row that were confident, up to the last one.
  int confident_frames() const { return confident_; }

 private:
  TrackState state_ = TrackState::kSearching;
  int confident_ = 0;
  int doubtful_ = 0;
  int frames_since_doubt_ = 0;  ///< frames since the first that was not confident, that one included; 0: none
};

}  // namespace kpt
