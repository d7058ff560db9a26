// See gst_pieces.h.
#include "gst_pieces.h"

#include "command.h"
#include "own_files.h"

namespace kpt::tools {
namespace {

/// The error's text; frees it.
std::string TextOf(GError *error) {
  const std::string text = error->message;
  g_error_free(error);
  return text;
}

}  // namespace

void LoadPlugin() {
  const std::string path = FindPlugin();
  GError *error = nullptr;
  GstPlugin *plugin = gst_plugin_load_file(path.c_str(), &error);
  if (plugin == nullptr) {
    throw CommandError(kPipelineError, "the plugin " + path + " does not load; run `kpt doctor`.", TextOf(error));
  }
  gst_object_unref(plugin);
}

GstElement *ParseBin(const std::string &line) {
  GError *error = nullptr;
  GstElement *bin = gst_parse_bin_from_description(line.c_str(), TRUE, &error);
  if (error == nullptr) return bin;
  throw CommandError(kPipelineError, "GStreamer cannot build the pipeline: " + TextOf(error) + "; run `kpt doctor`.",
                     line);
}

}  // namespace kpt::tools
