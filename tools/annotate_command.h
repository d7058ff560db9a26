// `kpt annotate VIDEO-or-IMAGES --output support.yaml`.
#pragma once

#include <CLI/CLI.hpp>

void AddAnnotateCommand(CLI::App &app, int *exit_code);
