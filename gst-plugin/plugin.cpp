// The GStreamer plugin `keypoints`: registers its elements, and nothing else.
#include <gst/gst.h>

#include "elements.h"

#define PACKAGE "gst-keypoints"

static gboolean plugin_init(GstPlugin *plugin) { return kpt::gst::RegisterElements(plugin); }

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, keypoints,
                  "Tracks the keypoints of any object from a few annotated shots", plugin_init, KPT_VERSION,
                  "Apache 2.0", PACKAGE, KPT_ORIGIN)
