// Sends what the tracker logs through spdlog to GStreamer's debug log, where users of an element look for it.
#pragma once

namespace kpt::gst {

/// Makes spdlog's default logger write to the GST_DEBUG category "keypoints"; any number of calls. A default logger
/// that the application has made its own is left alone: the tracker's lines then go where the application's go.
void InstallLogSink();

}  // namespace kpt::gst
