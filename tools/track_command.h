// `kpt track INPUT --support FILE`.
#pragma once

#include <CLI/CLI.hpp>

void AddTrackCommand(CLI::App &app, int *exit_code);
