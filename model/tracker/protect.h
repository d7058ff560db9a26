// The one place where exceptions become a Status. Every public function of the tracker runs inside Protect, so that
// none leaves the layer. Knows no library by type: LibTorch's and OpenCV's exceptions are std::exceptions whose text is
// cut to what a user can read. Called by tracker.cpp, support.cpp and net_estimator.cpp.
#pragma once

#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "kpt/status.h"

namespace kpt {

/// The status of the exception being handled; call it inside a catch block.
Status StatusOfCurrentException() noexcept;

/// What a Status built from `what` says: the first line, without the address and backtrace that LibTorch appends.
std::string FirstLine(const std::string &what);

/// Runs `fn`, which returns nothing, a Status or a Result, and turns an exception into the same kind of answer.
template <typename Fn>
auto Protect(Fn &&fn) noexcept {
  using Returned = std::invoke_result_t<Fn>;
  using Answer = std::conditional_t<std::is_void_v<Returned>, Status, Returned>;
  try {
    if constexpr (std::is_void_v<Returned>) {
      std::forward<Fn>(fn)();
      return Answer();
    } else {
      return Answer(std::forward<Fn>(fn)());
    }
  } catch (...) {
    return Answer(StatusOfCurrentException());
  }
}

}  // namespace kpt
