// See log_sink.h. spdlog's levels and GStreamer's correspond one to one, but for GStreamer's LOG and TRACE.
#include "log_sink.h"

#include <gst/gst.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>
#include <string>

namespace kpt::gst {
namespace {

GstDebugCategory *Category() {
  static GstDebugCategory *const category =
      _gst_debug_category_new("keypoints", 0, "keypoints: what the tracker and the network say");
  return category;
}

GstDebugLevel LevelOf(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
      return GST_LEVEL_TRACE;
    case spdlog::level::debug:
      return GST_LEVEL_DEBUG;
    case spdlog::level::info:
      return GST_LEVEL_INFO;
    case spdlog::level::warn:
      return GST_LEVEL_WARNING;
    case spdlog::level::err:
    case spdlog::level::critical:
      return GST_LEVEL_ERROR;
    default:
      return GST_LEVEL_NONE;
  }
}

class GstSink : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg &message) override {
    const GstDebugLevel level = LevelOf(message.level);
    if (level == GST_LEVEL_NONE || level > gst_debug_category_get_threshold(Category())) return;
    const std::string text(message.payload.data(), message.payload.size());
    gst_debug_log(Category(), level, message.source.filename != nullptr ? message.source.filename : "kpt",
                  message.source.funcname != nullptr ? message.source.funcname : "", message.source.line, nullptr, "%s",
                  text.c_str());
  }
  void flush_() override {}
};

/// As spdlog made it: without a name, to the terminal.
bool IsUntouched(const spdlog::logger &logger) {
  const auto &sinks = logger.sinks();
  return logger.name().empty() && sinks.size() == 1 &&
         dynamic_cast<spdlog::sinks::stdout_color_sink_mt *>(sinks.front().get()) != nullptr;
}

}  // namespace

void InstallLogSink() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (spdlog::default_logger() != nullptr && !IsUntouched(*spdlog::default_logger())) return;
    const auto logger = std::make_shared<spdlog::logger>("keypoints", std::make_shared<GstSink>());
    logger->set_level(spdlog::level::trace);  // GST_DEBUG decides
    spdlog::set_default_logger(logger);
  });
}

}  // namespace kpt::gst
