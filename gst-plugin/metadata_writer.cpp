#include "metadata_writer.h"

#include "kpt/base/error.h"

namespace kpt::gst {

MetadataWriter::MetadataWriter(MetadataKind kind) : own_(kind != MetadataKind::kAnalytics) {
  if (kind == MetadataKind::kOwn) return;
  const AnalyticsLibrary *library = FindAnalyticsLibrary();
  if (library != nullptr) {
    analytics_.emplace(library);
  } else if (kind != MetadataKind::kAuto) {
    throw Error(ErrorCode::kInvalidArgument,
                "metadata: there is no analytics library (libgstanalytics-1.0, part of GStreamer from 1.24 on); use "
                "'auto' or 'own'.");
  }
}

void MetadataWriter::Write(GstBuffer *buffer, const TrackHeader &header, const std::vector<Instance> &instances) {
  if (own_) AddTrack(buffer, header, instances);
  if (analytics_) analytics_->Add(buffer, header, instances);
}

}  // namespace kpt::gst
