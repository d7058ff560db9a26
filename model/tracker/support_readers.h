// The readers of support files, one a format. They hand over a draft; support.cpp checks it, reads the pictures and
// fills in what was left out. Every reader gives errors that name file, line where there is one, and field. Private to
// the support loader.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kpt/support_draft.h"

namespace kpt {

/// Throws Error(kSupport): "<where>: <what>".
[[noreturn]] void FailSupport(const std::string &where, const std::string &what);

/// Throws Error(kSupport) where a list of keypoint names is empty, too long, or has empty or repeated names.
void CheckKeypointNames(const std::vector<std::string> &names, const std::string &where);

/// The name's index, or names.size().
std::size_t IndexOf(const std::vector<std::string> &names, const std::string &name);

/// "nose, left_ear, right_ear": for errors about unknown names.
std::string Listed(const std::vector<std::string> &names);

/// The largest coordinate that is not a mistake, in pixels.
inline constexpr double kLargestCoordinate = 1e6;
inline constexpr char kCoordinateRange[] = "pixels go from -1000000 to 1000000.";

// The readers. `file` is the request's path, `text` the file's content.
SupportDraft ReadSupportYaml(const SupportRequest &request, const std::string &text);
SupportDraft ReadSupportCoco(const SupportRequest &request);
SupportDraft ReadSupportDlc(const SupportRequest &request, const std::string &text);

}  // namespace kpt
