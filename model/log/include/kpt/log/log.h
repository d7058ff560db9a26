// Logging through spdlog's default logger, for files that also include Torch: newer LibTorch ships an {fmt} of its own,
// which spdlog's headers must not meet. Others use spdlog directly.
#pragma once

#include <string>

namespace kpt {

void LogDebug(const std::string &text);
void LogInfo(const std::string &text);
void LogWarning(const std::string &text);

}  // namespace kpt
