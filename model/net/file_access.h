// What the file readers share: a checked input file, checked tensor sizes, and names from a file made safe for
// messages. Private to kpt_netfiles; must not know any format.
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kpt/net/safetensors.h"

namespace kpt::net {

/// A regular file, read from its start to its end. The constructor throws Error: kNotFound where there is nothing,
/// kModel for a folder, a device or a file that may not be read.
class InputFile {
 public:
  explicit InputFile(const std::string &path);

  std::uint64_t size() const { return size_; }
  /// The next `count` bytes. Throws Error(kModel), before it allocates anything, where the file has fewer left.
  std::vector<std::uint8_t> Read(std::uint64_t count);

 private:
  std::string path_;
  std::ifstream stream_;
  std::uint64_t size_ = 0;
  std::uint64_t position_ = 0;
};

/// Bytes of a dense tensor; none where a dimension is negative or the product does not fit 63 bits (an empty
/// tensor's other dimensions included, since strides are computed from them).
std::optional<std::uint64_t> DenseBytes(ElementType type, const std::vector<std::int64_t> &shape);

/// A name out of a file in quotes, short and printable, whatever it was.
std::string Quoted(std::string_view name);

/// An unsigned number of up to eight bytes, lowest byte first.
std::uint64_t LittleEndian(std::string_view bytes);

/// The same bytes as text, for the functions that slice and compare.
std::string_view TextOf(const std::vector<std::uint8_t> &bytes);

}  // namespace kpt::net
