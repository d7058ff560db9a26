#include "kpt/train/confidence_score.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kpt::train {

double Auroc(std::vector<ConfidenceSample> samples) {
  std::sort(samples.begin(), samples.end(),
            [](const ConfidenceSample &a, const ConfidenceSample &b) { return a.confidence < b.confidence; });
  double right = 0, wrong = 0, won = 0;  // won: pairs of a right point above a wrong one
  for (std::size_t begin = 0, end = 0; begin < samples.size(); begin = end) {
    double tied_right = 0, tied_wrong = 0;
    for (end = begin; end < samples.size() && samples[end].confidence == samples[begin].confidence; ++end)
      (samples[end].right ? tied_right : tied_wrong) += 1;
    won += tied_right * (wrong + tied_wrong / 2);
    right += tied_right;
    wrong += tied_wrong;
  }
  return right > 0 && wrong > 0 ? won / (right * wrong) : std::numeric_limits<double>::quiet_NaN();
}

double CalibrationError(const std::vector<ConfidenceSample> &samples, int bins) {
  struct Bin {
    double confidence = 0, right = 0;
  };
  if (samples.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::vector<Bin> histogram(static_cast<std::size_t>(bins));
  for (const ConfidenceSample &sample : samples) {
    Bin &bin = histogram[static_cast<std::size_t>(std::clamp(static_cast<int>(sample.confidence * bins), 0, bins - 1))];
    bin.confidence += sample.confidence;
    bin.right += sample.right;
  }
  double error = 0;
  for (const Bin &bin : histogram) error += std::abs(bin.confidence - bin.right);
  return error / static_cast<double>(samples.size());
}

}  // namespace kpt::train
