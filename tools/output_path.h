// Files that commands write: names are checked before any work is done, so that hours of it are not lost at the end,
// and a file counts as written only when all of it is. Called by the commands that write files.
#pragma once

#include <fstream>
#include <string>
#include <vector>

namespace kpt::tools {

/// ".mp4" of "Clip.MP4": lower case, with its dot.
std::string ExtensionOf(const std::string &path);

/// Throws CommandError where `path`, which `option` names, cannot be written (kPipelineError), or is one of `inputs`
/// and would destroy it (kUsage). An empty path is none.
void CheckOutput(const std::string &option, const std::string &path, const std::vector<std::string> &inputs);

/// Throw CommandError (kPipelineError) where the file cannot be created, or not be written to its end.
std::ofstream OpenOutput(const std::string &path);
void CloseOutput(std::ofstream *file, const std::string &path);

}  // namespace kpt::tools
