// Checks of file names that are made before any work is done, so that hours of it are not lost at the end. Called by
// the commands that write files.
#pragma once

#include <string>
#include <vector>

namespace kpt::tools {

/// ".mp4" of "Clip.MP4": lower case, with its dot.
std::string ExtensionOf(const std::string &path);

/// Throws CommandError where `path`, which `option` names, cannot be written (kPipelineError), or is one of `inputs`
/// and would destroy it (kUsage). An empty path is none.
void CheckOutput(const std::string &option, const std::string &path, const std::vector<std::string> &inputs);

}  // namespace kpt::tools
