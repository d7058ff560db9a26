// The keypoints that travel with a buffer: a GstCustomMeta named "GstKeypointsMeta" (docs/elements/metadata.md shows
// its fields), written by keypointtrack and read by keypointoverlay and keypointexport. The meta carries no tags, so
// that elements that convert or scale a picture keep it; readers scale by the reference size.
#pragma once

#include <gst/gst.h>

#include <string>
#include <vector>

#include "kpt/base/geometry.h"
#include "kpt/tracker.h"

namespace kpt::gst {

inline constexpr const char *kKeypointMetaName = "GstKeypointsMeta";
inline constexpr int kKeypointMetaSchema = 1;

/// What stays the same from frame to frame.
struct TrackHeader {
  int width = 0;  ///< of the frames that the tracker saw: all coordinates are in its pixels
  int height = 0;
  std::string category;
  std::string model;
  std::vector<std::string> names;  ///< one a keypoint
  std::vector<Link> skeleton;
  int max_instances = 1;  ///< objects that the tracker follows at most
};

/// What one tracker said of one frame.
struct Track {
  TrackHeader header;
  std::vector<Instance> instances;
};

/// The words of the metadata and of the results files.
const char *ToString(TrackState state) noexcept;
const char *ToString(Visibility visibility) noexcept;

/// Makes the meta known to GStreamer; once a process, any number of calls.
void RegisterKeypointMeta();

/// Adds a track to the buffer's meta, which it creates where there is none: trackers in series each add theirs.
/// The buffer must be writable (its pixels may be shared).
void AddTrack(GstBuffer *buffer, const TrackHeader &header, const std::vector<Instance> &instances);

/// The tracks of a buffer, in the order of their trackers. Tolerates any content: what does not follow the schema
/// (lengths that differ, a newer schema, coordinates that are not finite) is left out. The category of one before
/// comes with the track's number, `mouse 2`, so that category and id together are of one object alone.
std::vector<Track> ReadTracks(GstBuffer *buffer);

}  // namespace kpt::gst
