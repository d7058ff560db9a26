// What the commands that build pipelines share: references that end by themselves, the project's plugin, and launch
// lines whose mistakes are CommandErrors.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <string>

namespace kpt::tools {

struct UnrefObject {
  void operator()(gpointer object) const { gst_object_unref(object); }
};
template <typename T>
using GstPtr = std::unique_ptr<T, UnrefObject>;

/// Makes the project's elements known. Throws CommandError (kPipelineError).
void LoadPlugin();

/// A bin of this launch line, with ghost pads where it is open. Floating. Throws CommandError (kPipelineError).
GstElement *ParseBin(const std::string &line);

}  // namespace kpt::tools
