#include "kpt/net/safetensors.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "file_access.h"
#include "kpt/base/error.h"
#include "safetensors_header.h"

namespace kpt::net {
namespace {

constexpr std::size_t kLengthBytes = 8;

using NamedTensor = const std::pair<const std::string, RawTensor> *;

/// Widest elements first, so that every tensor is aligned to its element without padding; then by name.
std::vector<NamedTensor> InFileOrder(const std::string &path, const std::map<std::string, RawTensor> &tensors) {
  std::vector<NamedTensor> order;
  for (const auto &item : tensors) {
    const auto &[name, tensor] = item;
    if (DenseBytes(tensor.type, tensor.shape) != tensor.bytes || (tensor.data == nullptr && tensor.bytes > 0)) {
      throw Error(ErrorCode::kModel,
                  path + ": tensor " + Quoted(name) + " cannot be written: its bytes do not fit its shape");
    }
    order.push_back(&item);
  }
  std::stable_sort(order.begin(), order.end(), [](NamedTensor a, NamedTensor b) {
    return ElementSize(a->second.type) > ElementSize(b->second.type);
  });
  return order;
}

std::string HeaderText(const std::string &path, const std::vector<NamedTensor> &order,
                       const std::map<std::string, std::string> &metadata) {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t begin = 0;
  for (const NamedTensor item : order) {
    const auto &[name, tensor] = *item;
    if (name == "__metadata__") throw Error(ErrorCode::kModel, path + ": no tensor may be called '__metadata__'");
    header[name] = {
        {"dtype", DtypeName(tensor.type)}, {"shape", tensor.shape}, {"data_offsets", {begin, begin + tensor.bytes}}};
    begin += tensor.bytes;
  }
  try {
    std::string text = header.dump();
    text.resize((text.size() + kLengthBytes - 1) / kLengthBytes * kLengthBytes, ' ');
    return text;
  } catch (const nlohmann::json::type_error &) {
    throw Error(ErrorCode::kModel, path + ": a tensor's name or the metadata is not UTF-8 and cannot be written");
  }
}

/// Torch's booleans are undefined for other bytes than 0 and 1.
void CheckBooleans(const std::string &path, const std::map<std::string, RawTensor> &tensors) {
  for (const auto &[name, tensor] : tensors) {
    if (tensor.type != ElementType::kBool) continue;
    if (std::any_of(tensor.data, tensor.data + tensor.bytes, [](std::uint8_t byte) { return byte > 1; })) {
      throw Error(ErrorCode::kModel,
                  path + ": tensor " + Quoted(name) + " is BOOL, but has a byte that is neither 0 nor 1");
    }
  }
}

/// Removes the temporary file unless it was renamed to its place.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string target)
      : target_(std::move(target)), path_(target_ + ".part" + std::to_string(getpid())) {}
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;
  ~TemporaryFile() { std::remove(path_.c_str()); }

  const std::string &path() const { return path_; }
  bool MoveToTarget() const { return std::rename(path_.c_str(), target_.c_str()) == 0; }

 private:
  std::string target_;
  std::string path_;
};

}  // namespace

SafetensorsFile SafetensorsFile::Read(const std::string &path) {
  InputFile input(path);
  const std::uint64_t header_bytes = LittleEndian(TextOf(input.Read(kLengthBytes)));
  if (header_bytes > kLongestHeader || header_bytes > input.size() - kLengthBytes) {
    throw Error(ErrorCode::kModel,
                path + ": claims a header of " + std::to_string(header_bytes) +
                    " bytes; the file is no safetensors file, or truncated: copy or convert it again");
  }
  const std::vector<std::uint8_t> json = input.Read(header_bytes);
  const std::uint64_t data_bytes = input.size() - kLengthBytes - header_bytes;
  SafetensorsHeader header = ParseSafetensorsHeader(path, TextOf(json), data_bytes);

  SafetensorsFile file;
  file.path_ = path;
  file.bytes_ = input.Read(data_bytes);
  file.metadata_ = std::move(header.metadata);
  for (auto &[name, entry] : header.tensors) {
    entry.tensor.data = file.bytes_.data() + entry.begin;
    file.tensors_.emplace(name, std::move(entry.tensor));
  }
  CheckBooleans(path, file.tensors_);
  return file;
}

void WriteSafetensors(const std::string &path, const std::map<std::string, RawTensor> &tensors,
                      const std::map<std::string, std::string> &metadata) {
  const std::vector<NamedTensor> order = InFileOrder(path, tensors);
  const std::string header = HeaderText(path, order, metadata);
  const TemporaryFile temporary(path);
  std::ofstream stream(temporary.path(), std::ios::binary);
  for (std::size_t i = 0; i < kLengthBytes; ++i) stream.put(static_cast<char>(header.size() >> (8 * i)));
  stream << header;
  for (const NamedTensor item : order) {
    const RawTensor &tensor = item->second;
    if (tensor.bytes == 0) continue;
    stream.write(reinterpret_cast<const char *>(tensor.data), static_cast<std::streamsize>(tensor.bytes));
  }
  stream.close();
  if (!stream || !temporary.MoveToTarget()) {
    throw Error(ErrorCode::kModel,
                path + ": cannot be written; check that the folder exists, may be written and has space");
  }
}

}  // namespace kpt::net
