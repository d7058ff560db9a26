// Builds the pipeline of `kpt track` from the project's own elements: source, keypointtrack, keypointexport,
// keypointoverlay, encoder. Knows nothing of progress or signals.
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>

#include "encoders.h"
#include "gst_pieces.h"
#include "track_input.h"
#include "track_options.h"

namespace kpt::tools {

struct TrackPipeline {
  GstPtr<GstElement> pipeline;
  GstPtr<GstElement> source;  ///< what reads the input; all other elements are the tracking chain
  GstPtr<GstElement> track;   ///< the keypointtrack
  GstPtr<GstPad> head;        ///< where frames enter the chain; an EOS sent here completes the files
  std::optional<Encoder> encoder;
};

/// Checks the options (throws CommandError), loads the plugin, and links everything; nothing runs yet.
TrackPipeline BuildTrackPipeline(const TrackOptions &options, const TrackInput &input);

}  // namespace kpt::tools
