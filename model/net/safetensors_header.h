// The JSON header of a safetensors file, checked event by event as it is parsed, so that a hostile header is refused
// where it goes wrong and no document is ever built. Private to safetensors.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "kpt/net/safetensors.h"

namespace kpt::net {

/// The format's own limit.
constexpr std::uint64_t kLongestHeader = 100'000'000;

struct SafetensorsHeader {
  /// Where a tensor lies in the data section: its type, shape and bytes agree; `data` is not set.
  struct Entry {
    RawTensor tensor;
    std::uint64_t begin = 0;
  };
  std::map<std::string, Entry> tensors;
  std::map<std::string, std::string> metadata;
};

/// Throws Error(kModel) naming `path` and the tensor, unless the tensors fill `data_bytes` without overlap or hole.
SafetensorsHeader ParseSafetensorsHeader(const std::string &path, std::string_view json, std::uint64_t data_bytes);

/// The format's name of a type: "F32" and so on.
const char *DtypeName(ElementType type);

}  // namespace kpt::net
