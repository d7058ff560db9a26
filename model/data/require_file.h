// The check that a reader of pictures or videos makes first: the libraries' own errors do not name the file.
#pragma once

#include <filesystem>
#include <string>

#include "kpt/base/error.h"

namespace kpt::data {

/// Throws Error(kNotFound) naming the path.
inline void RequireFile(const std::string &path) {
  if (!std::filesystem::is_regular_file(path)) throw Error(ErrorCode::kNotFound, path + ": no such file");
}

}  // namespace kpt::data
