// What can go wrong, in one word each, and the exception that carries it between our own layers.
// Knows nothing of any library; every layer above ops may include it.
#pragma once

#include <stdexcept>
#include <string>

namespace kpt {

/// The kind of a failure; the plugin maps it to a GStreamer error, `kpt` to an exit code.
enum class ErrorCode {
  kOk,
  kInvalidArgument,  ///< a caller's mistake: a size, a range, a combination
  kNotFound,         ///< a file that does not exist
  kInput,            ///< a video or picture that cannot be read
  kSupport,          ///< a support file with an error in it
  kModel,            ///< weights that are unreadable or do not fit the network
  kDevice,           ///< a device that is not there or failed
  kOutOfMemory,
  kInternal,  ///< anything else: a bug or a library's failure
};

/// Thrown by net, data and train; the tracker's `Protect` turns it into a `Status`. The message is for the user: it
/// names the file and the field, and says what to do.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string &message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace kpt
