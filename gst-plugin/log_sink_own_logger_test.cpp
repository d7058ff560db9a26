// A program of its own, because a process has one default logger: the application's stays the application's.
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>

#include "log_sink.h"

namespace kpt::gst {
namespace {

TEST(LogSink, LeavesAnApplicationsLoggerAlone) {
  std::ostringstream text;
  const auto own = std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
  spdlog::set_default_logger(own);
  InstallLogSink();
  EXPECT_EQ(spdlog::default_logger(), own);
  spdlog::info("still here");
  EXPECT_NE(text.str().find("still here"), std::string::npos);
}

}  // namespace
}  // namespace kpt::gst
