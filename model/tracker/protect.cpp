#include "protect.h"

#include <exception>

#include "kpt/base/error.h"

namespace kpt {
namespace {

bool Contains(const std::string &text, const char *part) { return text.find(part) != std::string::npos; }

/// LibTorch and OpenCV have no type of their own for these that could be caught without including them.
ErrorCode CodeOfText(const std::string &what) {
  if (Contains(what, "out of memory") || Contains(what, "DefaultCPUAllocator") || Contains(what, "OutOfMemoryError") ||
      Contains(what, "Insufficient memory")) {
    return ErrorCode::kOutOfMemory;
  }
  if (Contains(what, "CUDA error")) return ErrorCode::kDevice;
  return ErrorCode::kInternal;
}

}  // namespace

std::string FirstLine(const std::string &what) { return what.substr(0, what.find_first_of("\r\n")); }

Status StatusOfCurrentException() noexcept try {
  try {
    throw;
  } catch (const Error &error) {
    return {error.code(), error.what()};
  } catch (const std::bad_alloc &) {
    return {ErrorCode::kOutOfMemory, "Out of memory."};
  } catch (const std::exception &error) {
    return {CodeOfText(error.what()), FirstLine(error.what())};
  } catch (...) {
    return {ErrorCode::kInternal, "An exception of unknown type."};
  }
} catch (...) {  // not even the message could be copied
  return {ErrorCode::kOutOfMemory, {}};
}

}  // namespace kpt
