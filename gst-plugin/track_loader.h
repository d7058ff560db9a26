// Makes a tracker of the user's shots and a network: what happens at the start, and again, on another thread, when the
// shots are exchanged while playing. Knows no element and no frame. Called by track_session and track_element.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "keypoint_meta.h"
#include "kpt/shot_adoption.h"
#include "kpt/tracker.h"
#include "network_registry.h"
#include "track_settings.h"

namespace kpt::gst {

struct LoadedTracker {
  std::unique_ptr<Tracker> tracker;
  std::unique_ptr<ShotAdoption> adoption;  ///< null: no frame becomes a shot
  TrackHeader header;                      ///< without a size
  std::vector<std::string> warnings;       ///< what the user should know of the shots, each a sentence
};

/// The shots that the settings name. Throws Error as LoadSupport; kSupport where no file is named.
SupportSet LoadShots(const TrackSettings &settings);

/// Encodes the shots with an estimator of its own, and where frames may become shots with another one. Throws Error as
/// Tracker::Create and ShotAdoption::Create.
LoadedTracker MakeTracker(const LoadedEstimator &network, SupportSet shots, const TrackSettings &settings);

}  // namespace kpt::gst
