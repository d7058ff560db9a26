#include "track_state.h"

namespace kpt {

void TrackStateMachine::Reset(TrackState state) {
  *this = {};
  state_ = state;
}

std::optional<EventKind> TrackStateMachine::Judge(bool confident, int max_lost_frames) {
  confident_ = confident ? confident_ + 1 : 0;
  doubtful_ = confident ? 0 : doubtful_ + 1;
  // One confident frame alone does not end an absence: it may be a mistake of the search.
  if (frames_since_doubt_ > 0 || !confident) ++frames_since_doubt_;

  const TrackState before = state_;
  if (confident_ >= kConfidentFramesToTrack || (before == TrackState::kTracked && confident)) {
    state_ = TrackState::kTracked;
    frames_since_doubt_ = 0;
  } else if (before == TrackState::kTracked) {
    if (doubtful_ >= kDoubtfulFramesToSearch) state_ = TrackState::kSearching;
  }
  if (state_ == TrackState::kSearching && frames_since_doubt_ >= max_lost_frames) state_ = TrackState::kLost;

  if (state_ == TrackState::kLost && before != TrackState::kLost) return EventKind::kLost;
  if (state_ == TrackState::kTracked && before == TrackState::kLost) return EventKind::kReacquired;
  return std::nullopt;
}

}  // namespace kpt
