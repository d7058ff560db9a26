// Which metadata keypointtrack attaches: its own, GStreamer's analytics, or both. Called by track_element.cpp.
#pragma once

#include <optional>
#include <vector>

#include "analytics_bridge.h"
#include "keypoint_meta.h"

namespace kpt::gst {

enum class MetadataKind { kAuto, kOwn, kAnalytics, kBoth };

class MetadataWriter {
 public:
  /// kAuto: both where GStreamer has the analytics library, else our own. Throws Error(kInvalidArgument) where it has
  /// not, and was asked for.
  explicit MetadataWriter(MetadataKind kind);

  /// The buffer must be writable (its pixels may be shared).
  void Write(GstBuffer *buffer, const TrackHeader &header, const std::vector<Instance> &instances);

 private:
  const bool own_;
  std::optional<AnalyticsWriter> analytics_;
};

}  // namespace kpt::gst
