// The training curve as a picture. Private to kpt_train.
#pragma once

#include <string>

namespace kpt::train {

/// Draws the losses and the evaluation's PCK of curve.csv over steps.
void PlotCurve(const std::string &csv_path, const std::string &png_path);

}  // namespace kpt::train
