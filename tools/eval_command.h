// `kpt eval DIR`: PCK on a folder of COCO-keypoints sources, stills and clips.
#pragma once

#include <CLI/CLI.hpp>

void AddEvalCommand(CLI::App &app, int *exit_code);
