// What detectors upstream said of a buffer: the boxes from which keypointtrack starts with inference-region=roi-list.
// Knows metadata, no element and no tracker's work. Called by track_session.cpp.
#pragma once

#include <gst/gst.h>

#include <string>
#include <vector>

#include "kpt/tracker.h"

namespace kpt::gst {

/// The regions of interest on the buffer (GstVideoRegionOfInterestMeta), and the boxes of GStreamer's analytics where
/// it has such a library, whose type is `object_class`; empty: all. Where a tracker of objects has given a region the
/// parameter "object_id", as DL Streamer's does, that is its id. A box that is there in both forms counts once.
std::vector<Region> ReadRegions(GstBuffer *buffer, const std::string &object_class);

}  // namespace kpt::gst
