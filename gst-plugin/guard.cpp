// One place maps exceptions to bus messages; the templates in guard.h stay a few instructions long.
#include "guard.h"

#include <new>

namespace kpt::gst {
namespace {

FaultHook &Hook() {
  static FaultHook hook;
  return hook;
}

struct Failure {
  BusCode code;
  std::string text;
};

Failure DescribeCurrentException() {
  try {
    throw;
  } catch (const ElementError &error) {
    return {{error.domain(), error.code()}, error.what()};
  } catch (const Error &error) {
    return {BusCodeFor(error.code()), error.what()};
  } catch (const std::bad_alloc &) {
    return {BusCodeFor(ErrorCode::kOutOfMemory), "Out of memory."};
  } catch (const std::exception &error) {
    return {BusCodeFor(ErrorCode::kInternal), error.what()};
  } catch (...) {
    return {BusCodeFor(ErrorCode::kInternal), "An exception of an unknown type."};
  }
}

/// Messages quote files, which may hold any bytes; GStreamer takes UTF-8 only.
void Post(GstElement *element, GstMessageType type, const BusCode &code, const char *text, const char *debug) {
  gst_element_message_full(element, type, code.domain, code.code, g_utf8_make_valid(text, -1),
                           g_utf8_make_valid(debug, -1), __FILE__, __func__, __LINE__);
}

}  // namespace

BusCode BusCodeFor(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kNotFound:
      return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND};
    case ErrorCode::kInput:
      return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ};
    case ErrorCode::kSupport:
    case ErrorCode::kInvalidArgument:
      return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS};
    case ErrorCode::kModel:
      return {GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT};
    case ErrorCode::kDevice:
      return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED};
    case ErrorCode::kOutOfMemory:
      return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT};
    case ErrorCode::kOk:
    case ErrorCode::kInternal:
      break;
  }
  return {GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_FAILED};
}

void ErrorGate::FailWithCurrentException(GstElement *element, const char *where) noexcept {
  try {
    const Failure failure = DescribeCurrentException();
    if (closed_.exchange(true)) {
      GST_WARNING_OBJECT(element, "after the error already posted, %s: %s", where, failure.text.c_str());
      return;
    }
    const std::string debug = std::string("in ") + where + ": " + failure.text;
    Post(element, GST_MESSAGE_ERROR, failure.code, failure.text.c_str(), debug.c_str());
  } catch (...) {  // no memory even for the message: literals need none of ours
    Post(element, GST_MESSAGE_ERROR, BusCodeFor(ErrorCode::kOutOfMemory), "Out of memory.", where);
  }
}

void SetFaultHookForTesting(FaultHook hook) { Hook() = std::move(hook); }

void RunFaultHook(GstElement *element, const char *where) {
  if (Hook()) Hook()(element, where);
}

void PostCurrentExceptionAsWarning(GstElement *element, const char *where) noexcept {
  try {
    const Failure failure = DescribeCurrentException();
    const std::string debug = std::string("in ") + where + ": " + failure.text;
    Post(element, GST_MESSAGE_WARNING, failure.code, failure.text.c_str(), debug.c_str());
  } catch (...) {
    Post(element, GST_MESSAGE_WARNING, BusCodeFor(ErrorCode::kOutOfMemory), "Out of memory.", where);
  }
}

void PostSettingsWarning(GstElement *element, const std::string &text, const char *when) {
  Post(element, GST_MESSAGE_WARNING, {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS}, text.c_str(), when);
}

}  // namespace kpt::gst
