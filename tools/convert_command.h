// `kpt convert IN.pth OUT.safetensors`.
#pragma once

#include <CLI/CLI.hpp>

void AddConvertCommand(CLI::App &app, int *exit_code);
