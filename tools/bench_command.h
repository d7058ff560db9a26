// `kpt bench`: how fast this machine is at the project's own work, each fast form beside the plain one.
#pragma once

#include <CLI/CLI.hpp>

void AddBenchCommand(CLI::App &app, int *exit_code);
