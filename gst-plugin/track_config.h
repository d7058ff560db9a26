// Reads keypointtrack's configuration file: YAML, one `property-name: value` a line.
// Called by track_settings only.
#pragma once

#include <string>
#include <vector>

#include "track_settings.h"

namespace kpt::gst {

/// Reads the file into `settings` and returns the rows it gave a value for. `config-file` itself is not accepted in it.
/// Throws kpt::Error: kNotFound, or kInvalidArgument with file, line, key and what was expected.
std::vector<const Property<TrackSettings> *> ReadTrackConfig(const std::string &file, TrackSettings *settings);

}  // namespace kpt::gst
