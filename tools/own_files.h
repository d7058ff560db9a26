// Where the plugin and the shipped weights are, seen from the program's own file: no environment variable.
#pragma once

#include <string>

namespace kpt::tools {

/// The module that GStreamer loads: beside the program in the build tree, or in a library folder of the prefix that it
/// is installed in. Throws CommandError (kPipelineError) that says where it looked.
std::string FindPlugin();

/// The weights that are used where the user names none. Throws CommandError (kModelError) that says where it looked.
std::string FindDefaultWeights();

}  // namespace kpt::tools
