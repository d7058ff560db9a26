// See elements.h.
#include "elements.h"

#include "keypoint_meta.h"
#include "log_sink.h"

namespace kpt::gst {

bool RegisterElements(GstPlugin *plugin) {
  RegisterKeypointMeta();
  InstallLogSink();
  return gst_element_register(plugin, "keypointtrack", GST_RANK_NONE, gst_keypoint_track_get_type()) &&
         gst_element_register(plugin, "keypointoverlay", GST_RANK_NONE, gst_keypoint_overlay_get_type()) &&
         gst_element_register(plugin, "keypointexport", GST_RANK_NONE, gst_keypoint_export_get_type());
}

}  // namespace kpt::gst
