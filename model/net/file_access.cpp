#include "file_access.h"

#include <filesystem>
#include <limits>

#include "kpt/base/error.h"
#include "kpt/base/require_file.h"

namespace kpt::net {

namespace fs = std::filesystem;

InputFile::InputFile(const std::string &path) : path_(path) {
  RequireFile(path, ErrorCode::kModel);
  std::error_code error;
  size_ = fs::file_size(path, error);
  stream_.open(path, std::ios::binary);
  if (error || !stream_) throw Error(ErrorCode::kModel, path + ": cannot be read; check its permissions");
}

std::vector<std::uint8_t> InputFile::Read(std::uint64_t count) {
  std::vector<std::uint8_t> bytes;
  if (count <= size_ - position_) {
    bytes.resize(count);
    stream_.read(reinterpret_cast<char *>(bytes.data()), static_cast<std::streamsize>(count));
  }
  if (count > size_ - position_ || !stream_) {
    throw Error(ErrorCode::kModel, path_ + ": the file ends too early, at byte " + std::to_string(size_) + " (" +
                                       std::to_string(count) + " expected from byte " + std::to_string(position_) +
                                       "); copy or download it again");
  }
  position_ += count;
  return bytes;
}

std::optional<std::uint64_t> DenseBytes(ElementType type, const std::vector<std::int64_t> &shape) {
  auto bytes = static_cast<std::int64_t>(ElementSize(type));
  bool empty = false;
  for (const std::int64_t size : shape) {
    if (size < 0 || __builtin_mul_overflow(bytes, size == 0 ? 1 : size, &bytes)) return std::nullopt;
    empty |= size == 0;
  }
  return empty ? 0 : static_cast<std::uint64_t>(bytes);
}

std::string Quoted(std::string_view name) {
  constexpr std::size_t kLongest = 80;
  std::string text = "'";
  for (const char c : name.substr(0, kLongest)) text += c >= ' ' && c <= '~' ? c : '?';
  return text + (name.size() > kLongest ? "...'" : "'");
}

std::uint64_t LittleEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

std::string_view TextOf(const std::vector<std::uint8_t> &bytes) {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

}  // namespace kpt::net
