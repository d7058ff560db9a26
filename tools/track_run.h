// Runs a track pipeline to its end: messages, progress, Ctrl-C, and what to say of it afterwards. Called by `kpt
// track`.
#pragma once

#include <cstdint>
#include <string>

#include "command.h"
#include "track_pipeline.h"

namespace kpt::tools {

/// What a run gave. The times of the stages are means over the last 256 frames.
struct TrackSummary {
  std::uint64_t frames = 0;
  std::uint64_t tracked = 0, searching = 0, lost = 0;  ///< frames that ended in that state
  std::uint64_t reacquired = 0;                        ///< times that a lost object was found again
  double start_seconds = 0;                            ///< loading, until the first frame was tracked
  double seconds = 0;                                  ///< from the first frame to the last
  double network_ms = 0, flow_ms = 0, total_ms = 0;
  double missing_seconds = 0;  ///< what a video file lacks of the length that it announces, where that is notable
  bool interrupted = false;
};

/// Runs until the input ends, fails, or Ctrl-C; the files are complete in all three cases where a frame was tracked.
/// Throws CommandError with the exit code that fits the element which failed.
TrackSummary RunTrackPipeline(TrackPipeline &pipeline, const TrackInput &input, const TrackOptions &options);

}  // namespace kpt::tools
