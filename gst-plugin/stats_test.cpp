// The statistics of keypointtrack, on an injected clock.
#include <gtest/gtest.h>

#include "track_stats.h"

namespace kpt::gst {
namespace {

constexpr std::int64_t kMs = 1000000;

FrameResult ResultTaking(std::int64_t total_ms) {
  FrameResult result;
  result.inferred = true;
  result.times.total_ns = total_ms * kMs;
  result.times.flow_ns = kMs;
  return result;
}

double Field(const TrackStats &stats, const char *name) {
  GstStructure *structure = stats.ToStructure();
  const GValue *value = gst_structure_get_value(structure, name);
  const double number =
      G_VALUE_HOLDS_DOUBLE(value) ? g_value_get_double(value) : static_cast<double>(g_value_get_uint64(value));
  gst_structure_free(structure);
  return number;
}

TEST(TrackStats, AreZeroBeforeTheFirstFrame) {
  const TrackStats stats;
  for (const char *name : {"frames", "fps", "total-mean-ms", "total-p95-ms", "lost", "reacquired"}) {
    EXPECT_EQ(Field(stats, name), 0) << name;
  }
}

TEST(TrackStats, CountFramesEventsAndTimes) {
  TrackStats stats;
  for (int i = 0; i < 100; ++i) {
    FrameResult result = ResultTaking(i < 90 ? 10 : 30);
    result.inferred = i % 2 == 0;
    if (i == 50) result.events = {{EventKind::kLost, 1}};
    if (i == 60) result.events = {{EventKind::kReacquired, 1}, {EventKind::kReacquired, 2}};
    stats.Add(result, (1000 + 40 * i) * kMs);
  }
  EXPECT_EQ(Field(stats, "frames"), 100);
  EXPECT_EQ(Field(stats, "inferred"), 50);
  EXPECT_EQ(Field(stats, "lost"), 1);
  EXPECT_EQ(Field(stats, "reacquired"), 2);
  EXPECT_DOUBLE_EQ(Field(stats, "fps"), 25);
  EXPECT_DOUBLE_EQ(Field(stats, "total-mean-ms"), 12);
  EXPECT_DOUBLE_EQ(Field(stats, "total-p95-ms"), 30);
  EXPECT_DOUBLE_EQ(Field(stats, "flow-p95-ms"), 1);
}

TEST(TrackStats, ForgetWhatIsOlderThanTheWindow) {
  TrackStats stats;
  for (std::size_t i = 0; i < 2 * DurationWindow::kSize; ++i) {
    stats.Add(ResultTaking(i < DurationWindow::kSize ? 90 : 5), static_cast<std::int64_t>(i) * 10 * kMs);
  }
  EXPECT_DOUBLE_EQ(Field(stats, "total-mean-ms"), 5);
  EXPECT_DOUBLE_EQ(Field(stats, "total-p95-ms"), 5);
}

TEST(LatencyReport, ChangesOnlyByMoreThanAQuarter) {
  LatencyReport report;
  ASSERT_TRUE(report.Update(100));
  EXPECT_EQ(report.reported(), 100 * GST_MSECOND);
  EXPECT_FALSE(report.Update(125));
  EXPECT_FALSE(report.Update(75));
  EXPECT_EQ(report.reported(), 100 * GST_MSECOND);
  EXPECT_TRUE(report.Update(126));
  EXPECT_EQ(report.reported(), 126 * GST_MSECOND);
  ASSERT_TRUE(report.Update(0.5));
  EXPECT_FALSE(report.Update(1.4));  // three times as much of next to nothing
}

}  // namespace
}  // namespace kpt::gst
