// Pictures as a video stream: a GStreamer element that gives one frame a picture. Called by `kpt track`.
#pragma once

#include <gst/gst.h>

#include "track_input.h"

namespace kpt::tools {

/// A new appsrc (floating reference) that reads `input.pictures` one by one while the pipeline asks for them, at 30
/// frames a second. A picture that cannot be read, or differs in size from the first, becomes an error message of it.
GstElement *MakePictureSource(const TrackInput &input);

}  // namespace kpt::tools
