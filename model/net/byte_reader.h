// Reads forward through bytes in memory, every step checked against their end. Private to the checkpoint readers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kpt::net {

class ByteReader {
 public:
  /// `place` opens every error message: the file, or a part of it ("model.pth: data.pkl").
  ByteReader(std::string_view bytes, std::string place, std::uint64_t position = 0);

  std::uint64_t position() const { return position_; }
  const std::string &place() const { return place_; }

  std::string_view Take(std::uint64_t count);
  /// An unsigned number of one to eight bytes, lowest byte first.
  std::uint64_t TakeNumber(std::size_t bytes);
  /// Up to the next newline, which is passed over.
  std::string_view TakeLine();

  /// Throws Error(kModel): place, position, problem.
  [[noreturn]] void Fail(const std::string &problem) const;

 private:
  std::string_view bytes_;
  std::string place_;
  std::uint64_t position_;
};

}  // namespace kpt::net
