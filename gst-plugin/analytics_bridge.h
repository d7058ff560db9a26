// Keypoints as GStreamer's own analytics metadata: what other stacks' elements draw, count and send without knowing
// this project. Boxes are rounded to pixels there, so keypoint_meta.h stays the precise form. Called by
// metadata_writer.cpp and upstream_regions.cpp; knows no element.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analytics_library.h"
#include "keypoint_meta.h"

namespace kpt::gst {

/// Adds each instance that has points: a box (its type is the category) that RELATES_TO its tracking (the id); and
/// where the library has them, the keypoints as a group that the box CONTAINS and that IS_PART_OF the box. Throws
/// Error(kInternal) where the library refuses.
class AnalyticsWriter {
 public:
  explicit AnalyticsWriter(const AnalyticsLibrary *library) : library_(library) {}

  /// The buffer must be writable. `pts` may be GST_CLOCK_TIME_NONE.
  void Add(GstBuffer *buffer, const TrackHeader &header, const std::vector<Instance> &instances);

 private:
  GstClockTime FirstSeen(int id, GstClockTime pts);

  const AnalyticsLibrary *library_;
  std::map<int, GstClockTime> first_seen_;  ///< of the ids in the last frame
};

/// The boxes on the buffer whose type is `object_class` (empty: all), with the id of the tracking that they relate to.
std::vector<Region> ReadAnalyticsBoxes(const AnalyticsLibrary &library, GstBuffer *buffer,
                                       const std::string &object_class);

}  // namespace kpt::gst
