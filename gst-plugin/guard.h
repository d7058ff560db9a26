// The error barrier between C++ and GStreamer: an exception that left a GObject callback would kill the user's process.
// Every virtual method, property accessor and signal handler runs inside one Guard(); what it throws becomes one error
// message on the bus. Knows no element; called by all of them.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "kpt/base/error.h"
#include "kpt/status.h"

namespace kpt::gst {

/// A failure that has a place of its own among GStreamer's errors, for example STREAM/FORMAT for interlaced video.
/// Failures of our own layers travel as kpt::Error and are mapped by BusCodeFor.
class ElementError : public std::runtime_error {
 public:
  ElementError(GQuark domain, int code, const std::string &message)
      : std::runtime_error(message), domain_(domain), code_(code) {}
  GQuark domain() const noexcept { return domain_; }
  int code() const noexcept { return code_; }

 private:
  GQuark domain_;
  int code_;
};

struct BusCode {
  GQuark domain;
  int code;
};

/// How a failure of the layers below appears on the bus.
BusCode BusCodeFor(ErrorCode code) noexcept;

template <typename T>
T ValueOrThrow(Result<T> result) {
  ThrowIfFailed(result.status());
  return std::move(result).value();
}

/// Remembers that an element failed, so that one cause gives one message and no further work, until it is stopped.
class ErrorGate {
 public:
  bool closed() const noexcept { return closed_; }
  void Reopen() noexcept { closed_ = false; }

  /// Posts the exception in flight as the element's error, unless it already posted one. `where`: the callback's name.
  void FailWithCurrentException(GstElement *element, const char *where) noexcept;

 private:
  std::atomic<bool> closed_ = false;
};

/// Tests make any callback throw: called, where set, with the callback's name at the start of every Guard.
/// Not synchronised: set it while no element works.
using FaultHook = std::function<void(GstElement *element, const char *where)>;
void SetFaultHookForTesting(FaultHook hook);
void RunFaultHook(GstElement *element, const char *where);

/// Runs `fn` and returns its value, or `refused` after an exception.
template <typename Fn>
std::invoke_result_t<Fn> Guard(GstElement *element, ErrorGate &gate, const char *where,
                               std::invoke_result_t<Fn> refused, Fn &&fn) noexcept {
  try {
    RunFaultHook(element, where);
    return fn();
  } catch (...) {
    gate.FailWithCurrentException(element, where);
    return refused;
  }
}

/// Guard for callbacks that return nothing.
template <typename Fn>
void GuardVoid(GstElement *element, ErrorGate &gate, const char *where, Fn &&fn) noexcept {
  Guard(element, gate, where, false, [&fn] {
    fn();
    return true;
  });
}

/// Posts the exception in flight as a warning: the element goes on as before. `where` as above.
void PostCurrentExceptionAsWarning(GstElement *element, const char *where) noexcept;

/// Posts a warning message about settings: `text` for the user, and when it came up as debug text.
void PostSettingsWarning(GstElement *element, const std::string &text, const char *when);

}  // namespace kpt::gst
