// The directory of a zip file in memory, and its stored (uncompressed) entries, as PyTorch writes them: with or without
// the 64-bit extension. Knows nothing of what is inside. Called by checkpoint_pth.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace kpt::net {

class ZipArchive {
 public:
  /// `bytes` must outlive the archive. Throws Error(kModel), as do the other functions, that begins with `place`.
  ZipArchive(std::string_view bytes, const std::string &place);

  static bool LooksLikeOne(std::string_view bytes) { return bytes.substr(0, 4) == "PK\x03\x04"; }

  bool Has(const std::string &name) const { return entries_.count(name) != 0; }
  /// The one entry "<folder>/<file>" without further folders; its folder.
  std::string FolderWith(const std::string &file) const;
  /// An entry's bytes. Checksums are not compared: PyTorch may leave them out.
  std::string_view Read(const std::string &name) const;

 private:
  struct Entry {
    std::uint64_t offset = 0;  ///< of its local header
    std::uint64_t size = 0;
    std::uint64_t stored_size = 0;
    std::uint64_t method = 0;
    bool encrypted = false;
  };
  struct Directory {
    std::uint64_t entries = 0;
    std::uint64_t size = 0;
    std::uint64_t offset = 0;
  };
  Directory FindDirectory() const;
  void ReadDirectory(const Directory &directory);

  std::string_view bytes_;
  std::string place_;
  std::map<std::string, Entry> entries_;
};

}  // namespace kpt::net
