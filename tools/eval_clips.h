// Measures the tracker on the labelled clips of a source: shots from the first labelled frames, a search from frame 0,
// scored on the other labelled frames (docs/formats.md). Called by `kpt eval`.
#pragma once

#include <functional>
#include <string>

#include "eval_report.h"
#include "kpt/data/coco.h"
#include "kpt/estimator.h"

namespace kpt::tools {

struct ClipOptions {
  EstimatorSettings estimator;
  int shots = 1;
  std::function<void(const std::string &clip, int frame, int frames)> progress;
};

/// Adds one row a clip and category, and its predictions, to `report`. Throws Error for a video that cannot be read.
void EvaluateClips(const data::CocoFile &file, const ClipOptions &options, EvalReport *report);

}  // namespace kpt::tools
