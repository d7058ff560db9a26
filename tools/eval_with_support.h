// Measures the network on labelled stills with the shots of one support file, those that tracking would use. Called by
// `kpt eval --support`.
#pragma once

#include "eval_report.h"
#include "kpt/data/coco.h"
#include "kpt/support.h"

namespace kpt::tools {

/// Every labelled still of the support's category is a query, except pictures that are a shot themselves. Adds one row
/// where there are any.
void EvaluateWithSupport(const data::CocoFile &file, const SupportSet &support, int crop_size,
                         const train::StillsPredictor &predict, EvalReport *report);

}  // namespace kpt::tools
