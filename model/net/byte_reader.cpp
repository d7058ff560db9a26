#include "byte_reader.h"

#include "file_access.h"
#include "kpt/base/error.h"

namespace kpt::net {

ByteReader::ByteReader(std::string_view bytes, std::string place, std::uint64_t position)
    : bytes_(bytes), place_(std::move(place)), position_(position) {
  if (position_ > bytes_.size()) {
    position_ = bytes_.size();
    Fail("the file points to byte " + std::to_string(position) + ", behind its end");
  }
}

std::string_view ByteReader::Take(std::uint64_t count) {
  if (count > bytes_.size() - position_) {
    Fail(std::to_string(count) + " bytes expected, " + std::to_string(bytes_.size() - position_) +
         " left; the file is truncated or damaged: copy or download it again");
  }
  const std::string_view taken = bytes_.substr(position_, count);
  position_ += count;
  return taken;
}

std::uint64_t ByteReader::TakeNumber(std::size_t bytes) { return LittleEndian(Take(bytes)); }

std::string_view ByteReader::TakeLine() {
  const std::size_t end = bytes_.find('\n', position_);
  if (end == std::string_view::npos) Fail("a line without an end; the file is truncated or damaged");
  const std::string_view line = Take(end - position_);
  Take(1);
  return line;
}

void ByteReader::Fail(const std::string &problem) const {
  throw Error(ErrorCode::kModel, place_ + ", byte " + std::to_string(position_) + ": " + problem);
}

}  // namespace kpt::net
