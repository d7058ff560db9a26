// What the tracker logs comes out of GStreamer's debug log; an application's own logger is left alone.
#include "log_sink.h"

#include <gst/gst.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <string>
#include <vector>

namespace kpt::gst {
namespace {

struct Line {
  std::string category;
  GstDebugLevel level;
  std::string text;
};

void Collect(GstDebugCategory *category, GstDebugLevel level, const gchar *, const gchar *, gint, GObject *,
             GstDebugMessage *message, gpointer lines) {
  static_cast<std::vector<Line> *>(lines)->push_back(
      {gst_debug_category_get_name(category), level, gst_debug_message_get(message)});
}

TEST(LogSink, ForwardsLevelsAndText) {
  gst_init(nullptr, nullptr);
  InstallLogSink();
  std::vector<Line> lines;
  gst_debug_remove_log_function(gst_debug_log_default);
  gst_debug_add_log_function(Collect, &lines, nullptr);
  spdlog::debug("before the category is turned up");
  gst_debug_set_threshold_for_name("keypoints", GST_LEVEL_TRACE);
  spdlog::trace("a {}", 1);
  spdlog::info("b");
  spdlog::warn("100 % of c");
  spdlog::error("d");
  gst_debug_remove_log_function(Collect);

  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].category, "keypoints");
  EXPECT_EQ(lines[0].text, "a 1");
  EXPECT_EQ(lines[0].level, GST_LEVEL_TRACE);
  EXPECT_EQ(lines[1].level, GST_LEVEL_INFO);
  EXPECT_EQ(lines[2].level, GST_LEVEL_WARNING);
  EXPECT_EQ(lines[2].text, "100 % of c");
  EXPECT_EQ(lines[3].level, GST_LEVEL_ERROR);
}

}  // namespace
}  // namespace kpt::gst
