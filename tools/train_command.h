// `kpt train CONFIG [--resume]`.
#pragma once

#include <CLI/CLI.hpp>

void AddTrainCommand(CLI::App &app, int *exit_code);
