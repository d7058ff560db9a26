// `kpt doctor`.
#pragma once

#include <CLI/CLI.hpp>

void AddDoctorCommand(CLI::App &app, int *exit_code);
