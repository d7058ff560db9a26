#include "zip_archive.h"

#include <algorithm>
#include <initializer_list>

#include "byte_reader.h"
#include "file_access.h"
#include "kpt/base/error.h"

namespace kpt::net {
namespace {

constexpr std::string_view kLocalHeader("PK\x03\x04", 4);
constexpr std::string_view kDirectoryEntry("PK\x01\x02", 4);
constexpr std::string_view kDirectoryEnd("PK\x05\x06", 4);
constexpr std::string_view kDirectoryEnd64("PK\x06\x06", 4);
constexpr std::string_view kDirectoryEnd64Locator("PK\x06\x07", 4);

constexpr std::size_t kDirectoryEndBytes = 22;
constexpr std::size_t kLocatorBytes = 20;
constexpr std::uint64_t kIn64BitExtra = 0xFFFFFFFF;  // stands where the value is in the extra field
constexpr std::uint64_t kExtra64Id = 1;

/// The values that did not fit 32 bits, in the order in which the format lists them.
void ReadExtra64(ByteReader extra, std::uint64_t length, std::initializer_list<std::uint64_t *> values) {
  while (extra.position() + 4 <= length) {
    const std::uint64_t id = extra.TakeNumber(2);
    const std::string_view field = extra.Take(extra.TakeNumber(2));
    if (id != kExtra64Id) continue;
    ByteReader numbers(field, extra.place());
    for (std::uint64_t *value : values) {
      if (*value == kIn64BitExtra) *value = numbers.TakeNumber(8);
    }
  }
}

}  // namespace

ZipArchive::ZipArchive(std::string_view bytes, const std::string &place) : bytes_(bytes), place_(place) {
  ReadDirectory(FindDirectory());
}

ZipArchive::Directory ZipArchive::FindDirectory() const {
  const std::size_t end = bytes_.rfind(kDirectoryEnd);
  const std::uint64_t length = bytes_.size() - std::min(end, bytes_.size());
  if (length < kDirectoryEndBytes ||
      length != kDirectoryEndBytes + LittleEndian(bytes_.substr(end + kDirectoryEndBytes - 2, 2))) {  // and a comment
    throw Error(ErrorCode::kModel,
                place_ + ": the zip directory at its end is missing; the file is truncated: copy or download it again");
  }
  Directory directory;
  if (end >= kLocatorBytes && bytes_.substr(end - kLocatorBytes, 4) == kDirectoryEnd64Locator) {
    ByteReader locator(bytes_, place_, end - kLocatorBytes + 8);
    ByteReader end64(bytes_, place_, locator.TakeNumber(8));
    if (end64.Take(4) != kDirectoryEnd64) end64.Fail("the 64-bit zip directory's end is not where the file says");
    end64.Take(28);  // its length, versions, disks, the entries on this disk
    directory.entries = end64.TakeNumber(8);
    directory.size = end64.TakeNumber(8);
    directory.offset = end64.TakeNumber(8);
  } else {
    ByteReader end32(bytes_, place_, end + 10);
    directory.entries = end32.TakeNumber(2);
    directory.size = end32.TakeNumber(4);
    directory.offset = end32.TakeNumber(4);
  }
  return directory;
}

void ZipArchive::ReadDirectory(const Directory &directory) {
  const std::string_view section = ByteReader(bytes_, place_, directory.offset).Take(directory.size);
  ByteReader reader(section, place_ + ": zip directory");
  while (reader.position() < section.size()) {
    if (reader.Take(4) != kDirectoryEntry) reader.Fail("no entry where one should be; the file is damaged");
    Entry entry;
    reader.Take(4);  // versions
    entry.encrypted = (reader.TakeNumber(2) & 1) != 0;
    entry.method = reader.TakeNumber(2);
    reader.Take(8);  // time, checksum
    entry.stored_size = reader.TakeNumber(4);
    entry.size = reader.TakeNumber(4);
    const std::uint64_t name_length = reader.TakeNumber(2);
    const std::uint64_t extra_length = reader.TakeNumber(2);
    const std::uint64_t comment_length = reader.TakeNumber(2);
    reader.Take(8);  // disk, attributes
    entry.offset = reader.TakeNumber(4);
    const std::string name(reader.Take(name_length));
    ReadExtra64(ByteReader(reader.Take(extra_length), reader.place()), extra_length,
                {&entry.size, &entry.stored_size, &entry.offset});
    reader.Take(comment_length);
    if (!entries_.emplace(name, entry).second) reader.Fail("two entries are called " + Quoted(name));
  }
  if (entries_.size() != directory.entries) {
    reader.Fail(std::to_string(entries_.size()) + " entries, " + std::to_string(directory.entries) + " announced");
  }
}

std::string ZipArchive::FolderWith(const std::string &file) const {
  std::string folder;
  for (const auto &[name, entry] : entries_) {
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos || slash == 0 || name.substr(slash + 1) != file) continue;
    if (!folder.empty()) throw Error(ErrorCode::kModel, place_ + ": has two folders with a " + file);
    folder = name.substr(0, slash);
  }
  if (folder.empty()) {
    throw Error(ErrorCode::kModel,
                place_ + ": a zip file without a folder with a " + file + "; it is no PyTorch checkpoint");
  }
  return folder;
}

std::string_view ZipArchive::Read(const std::string &name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end())
    throw Error(ErrorCode::kModel, place_ + ": has no entry " + Quoted(name) + "; the file is damaged");
  const Entry &entry = found->second;
  ByteReader reader(bytes_, place_ + ": entry " + Quoted(name), entry.offset);
  if (entry.method != 0 || entry.encrypted)
    reader.Fail("compressed or encrypted; PyTorch stores plainly: save the checkpoint again");
  if (entry.stored_size != entry.size) reader.Fail("two sizes for a plain entry; the file is damaged");
  if (reader.Take(4) != kLocalHeader) reader.Fail("is not where the directory says; the file is damaged");
  reader.Take(22);  // what the directory says already
  const std::uint64_t name_length = reader.TakeNumber(2);
  const std::uint64_t extra_length = reader.TakeNumber(2);
  if (reader.Take(name_length) != name) reader.Fail("has another name than in the directory; the file is damaged");
  reader.Take(extra_length);
  return reader.Take(entry.size);
}

}  // namespace kpt::net
