// The plugin's elements, for those who register or link them.
#pragma once

#include <gst/gst.h>

/// The types of `keypointtrack`, `keypointoverlay` and `keypointexport`.
GType gst_keypoint_track_get_type();
GType gst_keypoint_overlay_get_type();
GType gst_keypoint_export_get_type();

namespace kpt::gst {

/// Registers all elements with `plugin` (null: for this process alone).
bool RegisterElements(GstPlugin *plugin);

}  // namespace kpt::gst
