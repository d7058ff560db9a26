// The state of a session in one line of text, for scripts and for people who look for an error. Called by the main loop
// with --verbose.
#pragma once

#include <string>

#include "session.h"

namespace kpt::annotate {

/// "source=0 frame=12 zoom=1.5000 ...": left and top are where the picture's pixel (0, 0) is in the window.
std::string StatusLine(const Session &session);

}  // namespace kpt::annotate
