// The check that whoever opens a file makes first: the libraries' own errors do not name the file, and reading a pipe
// or a device may never end. Knows nothing but the file system; every layer above ops may include it.
#pragma once

#include <filesystem>
#include <string>

#include "kpt/base/error.h"

namespace kpt {

/// Throws Error: kNotFound where nothing is at `path`, `no_file` where it is something else than a file. `before`
/// stands before the path in the message, for example "config-file: ".
inline void RequireFile(const std::string &path, ErrorCode no_file, const std::string &before = "") {
  using std::filesystem::file_type;
  std::error_code error;
  const file_type type = std::filesystem::status(path, error).type();
  const std::string file = before + "'" + path + "'";
  if (type == file_type::not_found) throw Error(ErrorCode::kNotFound, file + " does not exist; check the path.");
  if (type == file_type::none) throw Error(no_file, file + " cannot be read: " + error.message() + ".");
  if (type == file_type::directory) throw Error(no_file, file + " is a folder; give a file.");
  if (type != file_type::regular) throw Error(no_file, file + " is a device or a pipe; give a regular file.");
}

}  // namespace kpt
