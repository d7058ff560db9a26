// The main loop of `kpt annotate`: events in, pictures out, unsaved work kept. Called by the command.
#pragma once

#include "command.h"
#include "session.h"

namespace kpt::annotate {

/// Opens the window and returns when the user is done (kDone) or a signal ends the program (kInterrupted). Throws Error
/// and CommandError where the window or the first frame cannot be opened.
tools::ExitCode Run(Session *session, bool verbose);

}  // namespace kpt::annotate
