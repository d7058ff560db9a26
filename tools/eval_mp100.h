// `kpt eval --protocol mp100`: which file is measured, and the measurement as a report. Called by the command.
#pragma once

#include <string>

#include "eval_report.h"
#include "kpt/train/mp100_evaluation.h"

namespace kpt::tools {

/// The annotation file that `place` means: itself, or the test file of a split of the MP-100 folder. `split`: 1 to 5;
/// 0: not given. Throws CommandError: kInputError, or kUsage where `split` does not go with `place`.
std::string Mp100File(const std::string &place, int split);

/// Measures on the file, with a progress bar.
EvalReport MeasureMp100(const std::string &file, const train::Mp100Options &options,
                        const train::StillsPredictor &predict);

}  // namespace kpt::tools
