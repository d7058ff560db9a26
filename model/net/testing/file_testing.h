// For tests of file readers: a scratch folder, whole files as bytes, and seeded damage to them.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <string>

#include "kpt/base/error.h"

namespace kpt::net::testing {

/// A folder of its own for each test, removed at its end.
class ScratchFolder {
 public:
  ScratchFolder() {
    const auto *test = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string name =
        std::string("kpt_") + test->test_suite_name() + "_" + test->name() + std::to_string(std::random_device()());
    for (char &c : name) c = c == '/' ? '_' : c;
    path_ = std::filesystem::temp_directory_path() / name;
    std::filesystem::create_directories(path_);
  }
  ScratchFolder(const ScratchFolder &) = delete;
  ScratchFolder &operator=(const ScratchFolder &) = delete;
  ~ScratchFolder() { std::filesystem::remove_all(path_); }

  const std::filesystem::path &path() const { return path_; }
  std::string operator/(const std::string &name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline std::string FileBytes(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream) << path;
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void WriteBytes(const std::string &path, const std::string &bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// A number as bytes, lowest first.
inline std::string Little(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

/// The message of the Error with this code that `action` throws; fails where it throws none.
inline std::string MessageOf(ErrorCode code, const std::function<void()> &action) {
  try {
    action();
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

/// One to four random edits: a byte changed, removed or doubled, a run cut out or overwritten, the end cut off.
inline std::string Mutated(std::string bytes, std::mt19937 &random) {
  const auto below = [&](std::size_t bound) { return bound == 0 ? 0 : random() % bound; };
  for (std::size_t edits = 1 + below(4); edits > 0 && !bytes.empty(); --edits) {
    const std::size_t at = below(bytes.size());
    const auto byte = static_cast<char>(below(256));
    switch (below(7)) {
      case 0:
        bytes[at] = byte;
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 2:
        bytes.erase(at, 1);
        break;
      case 3:
        bytes.insert(at, 1, byte);
        break;
      case 4:
        bytes.replace(at, 8, 8, below(2) == 0 ? '\xff' : '\0');
        break;
      case 5:
        bytes.insert(at, bytes.substr(below(bytes.size()), below(32)));
        break;
      default:
        bytes.erase(below(2) == 0 ? at : bytes.size() - below(64) % bytes.size(), below(64));
        break;
    }
  }
  return bytes;
}

}  // namespace kpt::net::testing
