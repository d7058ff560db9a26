// The result of a public tracker function: no exception leaves this layer. Handle each status exactly once; callers
// that work with exceptions make it one with ThrowIfFailed.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "kpt/base/error.h"

namespace kpt {

/// Success, or the kind of failure with a message for the user.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}
  bool ok() const noexcept { return code_ == ErrorCode::kOk; }
  ErrorCode code() const noexcept { return code_; }
  const std::string &message() const noexcept { return message_; }

 private:
  ErrorCode code_ = ErrorCode::kOk;
  std::string message_;
};

inline void ThrowIfFailed(const Status &status) {
  if (!status.ok()) throw Error(status.code(), status.message());
}

/// A value, or the status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}          // NOLINT: implicit on purpose
  Result(Status status) : status_(std::move(status)) {}  // NOLINT: implicit on purpose
  bool ok() const noexcept { return status_.ok() && value_.has_value(); }
  const Status &status() const noexcept { return status_; }
  T &value() & { return *value_; }
  const T &value() const & { return *value_; }
  T &&value() && { return *std::move(value_); }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace kpt
