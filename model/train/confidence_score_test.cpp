// Figures on samples whose answers can be worked out by hand.
#include "kpt/train/confidence_score.h"

#include <gtest/gtest.h>

#include <cmath>

namespace kpt::train {
namespace {

TEST(Auroc, CountsPairsThatAreInOrder) {
  EXPECT_DOUBLE_EQ(Auroc({{0.9, true}, {0.8, true}, {0.2, false}}), 1);
  EXPECT_DOUBLE_EQ(Auroc({{0.1, true}, {0.8, false}}), 0);
  EXPECT_DOUBLE_EQ(Auroc({{0.9, true}, {0.5, false}, {0.3, true}, {0.1, false}}), 0.75);
  EXPECT_DOUBLE_EQ(Auroc({{0.5, true}, {0.5, false}}), 0.5) << "ties count half";
  EXPECT_TRUE(std::isnan(Auroc({{0.5, true}})));
  EXPECT_TRUE(std::isnan(Auroc({})));
}

TEST(CalibrationError, IsTheWeightedGapBetweenConfidenceAndShare) {
  EXPECT_NEAR(CalibrationError({{0.5, true}, {0.5, false}}), 0, 1e-12);
  EXPECT_NEAR(CalibrationError({{1, true}, {1, false}}), 0.5, 1e-12) << "confidence 1 belongs to the last bin";
  EXPECT_NEAR(CalibrationError({{0.9, true}, {0.9, true}, {0.1, false}, {0.1, true}}), (2 * 0.1 + 2 * 0.4) / 4, 1e-12);
  EXPECT_TRUE(std::isnan(CalibrationError({})));
}

}  // namespace
}  // namespace kpt::train
