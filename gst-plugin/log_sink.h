// Sends what the tracker logs through spdlog to GStreamer's debug log, where users of an element look for it.
#pragma once

namespace kpt::gst {

/// Makes the logger "kpt" write to the GST_DEBUG category "keypoints"; any number of calls. An application's own
/// default logger is left alone.
void InstallLogSink();

}  // namespace kpt::gst
