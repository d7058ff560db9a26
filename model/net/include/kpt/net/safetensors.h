// The safetensors file format, strictly: 8 bytes of header length, a JSON header, the tensors' bytes.
// Plain C++, no Torch: raw bytes with a type and a shape. Called by weights, golden and convert.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace kpt::net {

enum class ElementType { kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF32, kF64 };

/// Bytes of one element.
std::size_t ElementSize(ElementType type);

/// One named tensor, row-major, little-endian; its bytes live as long as the file object that it came from, or the
/// caller's buffer. They start wherever the file puts them: not always at a multiple of the element's size.
struct RawTensor {
  ElementType type = ElementType::kF32;
  std::vector<std::int64_t> shape;
  const std::uint8_t *data = nullptr;
  std::size_t bytes = 0;
};

/// A whole safetensors file in memory. `Read` throws Error: kNotFound for a missing file, kModel for a truncated,
/// inconsistent or hostile one (the message names file and tensor); it never allocates more than a small multiple of
/// the header, and the data's size once the header proved sound.
class SafetensorsFile {
 public:
  static SafetensorsFile Read(const std::string &path);

  SafetensorsFile(SafetensorsFile &&) = default;  // a move keeps the tensors' bytes in place, a copy would not
  SafetensorsFile &operator=(SafetensorsFile &&) = default;

  const std::map<std::string, RawTensor> &tensors() const { return tensors_; }
  const std::map<std::string, std::string> &metadata() const { return metadata_; }
  const std::string &path() const { return path_; }

 private:
  SafetensorsFile() = default;

  std::string path_;
  std::vector<std::uint8_t> bytes_;  ///< the data section
  std::map<std::string, RawTensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

/// Writes atomically (a temporary file beside it, then a rename). Throws Error(kModel) naming the path.
void WriteSafetensors(const std::string &path, const std::map<std::string, RawTensor> &tensors,
                      const std::map<std::string, std::string> &metadata);

}  // namespace kpt::net
