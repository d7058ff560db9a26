#include "kpt/log/log.h"

#include <spdlog/spdlog.h>

namespace kpt {

void LogDebug(const std::string &text) { spdlog::debug("{}", text); }
void LogInfo(const std::string &text) { spdlog::info("{}", text); }
void LogWarning(const std::string &text) { spdlog::warn("{}", text); }

}  // namespace kpt
