// Where the files that ship with the plugin are, from the place of the plugin's own file: no environment variable.
#pragma once

#include <string>

namespace kpt::gst {

/// The default weights: in the build tree `../weights`, installed `share/gst-keypoints/weights` under one of the
/// folders above the plugin. Throws kpt::Error (kNotFound) that says where it looked.
std::string FindDefaultWeights();

}  // namespace kpt::gst
