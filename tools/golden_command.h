// `kpt golden DIR`.
#pragma once

#include <CLI/CLI.hpp>

void AddGoldenCommand(CLI::App &app, int *exit_code);
