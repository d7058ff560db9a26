#include "safetensors_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "file_access.h"
#include "kpt/base/error.h"

namespace kpt::net {
namespace {

constexpr std::size_t kMostDimensions = 16;
constexpr std::size_t kMostEntries = 100'000;  // a map's entry takes many times the bytes that the header spends on it
constexpr char kMetadataKey[] = "__metadata__";

struct Dtype {
  ElementType type;
  const char *name;
  std::size_t size;
};

constexpr Dtype kDtypes[] = {
    {ElementType::kBool, "BOOL", 1}, {ElementType::kU8, "U8", 1},     {ElementType::kI8, "I8", 1},
    {ElementType::kI16, "I16", 2},   {ElementType::kI32, "I32", 4},   {ElementType::kI64, "I64", 8},
    {ElementType::kF16, "F16", 2},   {ElementType::kBF16, "BF16", 2}, {ElementType::kF32, "F32", 4},
    {ElementType::kF64, "F64", 8},
};

const Dtype &DtypeOf(ElementType type) {
  return *std::find_if(std::begin(kDtypes), std::end(kDtypes), [&](const Dtype &dtype) { return dtype.type == type; });
}

/// Receives the parser's events. `{name: {dtype, shape, data_offsets}, "__metadata__": {text: text}}` is all that may
/// come.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  HeaderReader(const std::string &path, std::uint64_t data_bytes) : path_(path), data_bytes_(data_bytes) {}

  SafetensorsHeader Take() { return std::move(header_); }

  bool start_object(std::size_t) override {
    if (place_ == Place::kBefore) return Enter(Place::kTop);
    if (place_ != Place::kTop) Unexpected("an object");
    if (name_ == kMetadataKey) return Enter(Place::kMetadata);
    entry_ = {};
    dtype_.clear();
    offsets_.clear();
    fields_seen_.clear();
    return Enter(Place::kTensor);
  }

  bool key(std::string &text) override {
    if (place_ == Place::kTop) {
      name_ = text;
      const bool twice = text == kMetadataKey ? metadata_seen_ : header_.tensors.count(text) != 0;
      if (twice) Fail("is there twice");
      if (header_.tensors.size() == kMostEntries) Fail("is one of more than 100000");
      metadata_seen_ |= text == kMetadataKey;
    } else {
      field_ = text;
      if (place_ == Place::kMetadata && header_.metadata.count(text) != 0) {
        Fail("has the key " + Quoted(text) + " twice");
      }
      if (header_.metadata.size() == kMostEntries) Fail("has more than 100000 keys");
      if (place_ == Place::kTensor) CheckField();
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::kTop) return Enter(Place::kAfter);
    if (place_ == Place::kTensor) FinishTensor();
    return Enter(Place::kTop);
  }

  bool start_array(std::size_t) override {
    if (place_ == Place::kTensor && field_ == "shape") return Enter(Place::kShape);
    if (place_ == Place::kTensor && field_ == "data_offsets") return Enter(Place::kOffsets);
    Unexpected("an array");
  }

  bool end_array() override { return Enter(Place::kTensor); }

  bool string(std::string &text) override {
    if (place_ == Place::kMetadata) {
      header_.metadata[field_] = text;
    } else if (place_ == Place::kTensor && field_ == "dtype") {
      dtype_ = text;
    } else {
      Unexpected("a string");
    }
    return true;
  }

  bool number_unsigned(std::uint64_t value) override {
    if (place_ == Place::kShape) {
      if (value > INT64_MAX) Fail("has a dimension of absurd size");
      if (entry_.tensor.shape.size() == kMostDimensions) Fail("has more than 16 dimensions");
      entry_.tensor.shape.push_back(static_cast<std::int64_t>(value));
    } else if (place_ == Place::kOffsets) {
      if (offsets_.size() == 2) Fail("needs exactly two data_offsets");
      offsets_.push_back(value);
    } else {
      Unexpected("a number");
    }
    return true;
  }

  bool number_integer(std::int64_t) override { Unexpected("a negative number"); }
  bool number_float(double, const std::string &) override { Unexpected("a number that is no integer"); }
  bool boolean(bool) override { Unexpected("true or false"); }
  bool null() override { Unexpected("null"); }
  bool binary(binary_t &) override { Unexpected("binary data"); }

  bool parse_error(std::size_t position, const std::string &, const nlohmann::json::exception &) override {
    throw Error(ErrorCode::kModel, path_ + ": the header is not valid JSON in UTF-8 at its byte " +
                                       std::to_string(position) +
                                       "; the file is no safetensors file, or damaged: copy or convert it again");
  }

 private:
  enum class Place { kBefore, kTop, kMetadata, kTensor, kShape, kOffsets, kAfter };

  bool Enter(Place place) {
    place_ = place;
    return true;
  }

  [[noreturn]] void Fail(const std::string &problem) const {
    throw Error(ErrorCode::kModel, path_ + ": tensor " + Quoted(name_) + " " + problem + "; write the file again");
  }

  [[noreturn]] void Unexpected(const std::string &what) const {
    if (place_ == Place::kMetadata) Fail("needs text for the key " + Quoted(field_) + ", not " + what);
    if (place_ == Place::kTop) Fail("is " + what + ", not an object");
    Fail("has " + what + " in its " + field_);
  }

  void CheckField() {
    if (field_ != "dtype" && field_ != "shape" && field_ != "data_offsets")
      Fail("has the unknown field " + Quoted(field_));
    if (std::find(fields_seen_.begin(), fields_seen_.end(), field_) != fields_seen_.end())
      Fail("has two fields " + field_);
    fields_seen_.push_back(field_);
  }

  /// Type, shape and offsets agree with each other and lie in the file.
  void FinishTensor() {
    if (fields_seen_.size() != 3) Fail("needs dtype, shape and data_offsets");
    const auto *dtype =
        std::find_if(std::begin(kDtypes), std::end(kDtypes), [&](const Dtype &known) { return dtype_ == known.name; });
    if (dtype == std::end(kDtypes)) Fail("has the unsupported dtype " + Quoted(dtype_) + " (F32 and F16 do)");
    entry_.tensor.type = dtype->type;
    if (offsets_.size() != 2) Fail("needs exactly two data_offsets");
    const std::uint64_t begin = offsets_[0];
    const std::uint64_t end = offsets_[1];
    if (begin > end) Fail("ends before it begins");
    if (end > data_bytes_) {
      Fail("ends at byte " + std::to_string(end) + " of the data, but there are " + std::to_string(data_bytes_) +
           " (is the download complete?)");
    }
    const auto bytes = DenseBytes(entry_.tensor.type, entry_.tensor.shape);
    if (!bytes) Fail("has a shape of absurd size");
    if (*bytes != end - begin) {
      Fail("has " + std::to_string(end - begin) + " bytes, but its shape and dtype make " + std::to_string(*bytes));
    }
    entry_.begin = begin;
    entry_.tensor.bytes = *bytes;
    header_.tensors.emplace(name_, entry_);
  }

  const std::string &path_;
  const std::uint64_t data_bytes_;
  SafetensorsHeader header_;
  Place place_ = Place::kBefore;
  bool metadata_seen_ = false;
  std::string name_;   ///< of the tensor at hand
  std::string field_;  ///< of it, or the metadata's key
  std::string dtype_;
  std::vector<std::uint64_t> offsets_;
  std::vector<std::string> fields_seen_;
  SafetensorsHeader::Entry entry_;
};

/// The format wants the data section filled completely: whatever else lies in it could be anything.
void CheckLayout(const std::string &path, const SafetensorsHeader &header, std::uint64_t data_bytes) {
  using Item = const std::pair<const std::string, SafetensorsHeader::Entry> *;
  std::vector<Item> by_offset;
  for (const auto &item : header.tensors) by_offset.push_back(&item);
  std::sort(by_offset.begin(), by_offset.end(), [](Item a, Item b) {
    return a->second.begin != b->second.begin ? a->second.begin < b->second.begin
                                              : a->second.tensor.bytes < b->second.tensor.bytes;
  });
  std::uint64_t filled = 0;
  for (const Item item : by_offset) {
    const auto &[name, entry] = *item;
    if (entry.begin != filled) {
      throw Error(ErrorCode::kModel,
                  path + ": tensor " + Quoted(name) +
                      (entry.begin < filled ? " overlaps the one before it" : " leaves a hole before it") +
                      ", at byte " + std::to_string(entry.begin) + " of the data; write the file again");
    }
    filled += entry.tensor.bytes;
  }
  if (filled != data_bytes) {
    throw Error(ErrorCode::kModel, path + ": " + std::to_string(data_bytes - filled) +
                                       " bytes after the last tensor belong to none; write the file again");
  }
}

}  // namespace

std::size_t ElementSize(ElementType type) { return DtypeOf(type).size; }

const char *DtypeName(ElementType type) { return DtypeOf(type).name; }

SafetensorsHeader ParseSafetensorsHeader(const std::string &path, std::string_view json, std::uint64_t data_bytes) {
  // The parser would skip spaces and a byte order mark, and take a zero byte for the end.
  if (json.empty() || json.front() != '{' || json.find('\0') != std::string_view::npos) {
    throw Error(ErrorCode::kModel,
                path + ": the header is no text that begins with '{'; the file is no safetensors file");
  }
  HeaderReader reader(path, data_bytes);
  nlohmann::json::sax_parse(json, &reader);
  SafetensorsHeader header = reader.Take();
  CheckLayout(path, header, data_bytes);
  return header;
}

}  // namespace kpt::net
