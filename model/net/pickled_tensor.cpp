#include "pickled_tensor.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "file_access.h"
#include "kpt/base/error.h"

namespace kpt::net {
namespace {

using Kind = PickleValue::Kind;

constexpr std::uint64_t kSharing = 16;  // how often a file's bytes may appear: layers that share weights
constexpr std::size_t kMostDimensions = 16;

struct StorageType {
  const char *name;
  std::uint64_t element_size;
  std::optional<ElementType> type;  ///< none: only skipped
};

constexpr StorageType kStorageTypes[] = {
    {"torch.FloatStorage", 4, ElementType::kF32},   {"torch.DoubleStorage", 8, ElementType::kF64},
    {"torch.HalfStorage", 2, ElementType::kF16},    {"torch.BFloat16Storage", 2, ElementType::kBF16},
    {"torch.LongStorage", 8, ElementType::kI64},    {"torch.IntStorage", 4, ElementType::kI32},
    {"torch.ShortStorage", 2, ElementType::kI16},   {"torch.CharStorage", 1, ElementType::kI8},
    {"torch.ByteStorage", 1, ElementType::kU8},     {"torch.BoolStorage", 1, ElementType::kBool},
    {"torch.ComplexFloatStorage", 8, std::nullopt}, {"torch.ComplexDoubleStorage", 16, std::nullopt},
    {"torch.QInt8Storage", 1, std::nullopt},        {"torch.QUInt8Storage", 1, std::nullopt},
    {"torch.QInt32Storage", 4, std::nullopt},
};

[[noreturn]] void Fail(const std::string &place, const std::string &problem) {
  throw Error(ErrorCode::kModel, place + ": " + problem);
}

const StorageType &StorageTypeOf(const StorageId &id, const std::string &place) {
  for (const StorageType &type : kStorageTypes) {
    if (id.type == type.name) return type;
  }
  Fail(place, "the storage type " + Quoted(id.type) + " is not supported; save the tensor as float32");
}

const PickleValue &Item(const PickleValue &tuple, std::size_t index, Kind kind, const std::string &place) {
  if (tuple.kind != Kind::kTuple || index >= tuple.items.size() || tuple.items[index]->kind != kind) {
    Fail(place,
         "item " + std::to_string(index) + " of a description is missing or of a wrong type; the file is damaged");
  }
  return *tuple.items[index];
}

std::vector<std::int64_t> Numbers(const PickleValue &tuple, const std::string &place) {
  if (tuple.items.size() > kMostDimensions) Fail(place, "has more than 16 dimensions");
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < tuple.items.size(); ++i) numbers.push_back(Item(tuple, i, Kind::kInt, place).integer);
  return numbers;
}

/// Where a tensor's elements lie in its storage.
struct Layout {
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
};

bool IsEmpty(const Layout &layout) { return std::count(layout.shape.begin(), layout.shape.end(), 0) > 0; }

/// The last element that a tensor with elements reaches; none where a number is negative or the sum overflows.
std::optional<std::int64_t> LastElement(const Layout &layout) {
  std::int64_t last = layout.offset;
  if (last < 0) return std::nullopt;
  for (std::size_t i = 0; i < layout.shape.size(); ++i) {
    std::int64_t reach = 0;
    if (layout.strides[i] < 0 || __builtin_mul_overflow(layout.shape[i] - 1, layout.strides[i], &reach) ||
        __builtin_add_overflow(last, reach, &last)) {
      return std::nullopt;
    }
  }
  return last;
}

bool IsDense(const Layout &layout) {
  std::int64_t expected = 1;
  for (std::size_t i = layout.shape.size(); i-- > 0;) {
    if (layout.shape[i] != 1 && layout.strides[i] != expected) return false;
    expected *= layout.shape[i];
  }
  return true;
}

/// Copies the elements in row-major order: counts through the shape like an odometer, the last dimension fastest.
void CopyStrided(const Layout &layout, std::string_view storage, std::size_t element_size,
                 std::vector<std::uint8_t> *to) {
  std::vector<std::int64_t> index(layout.shape.size());
  std::int64_t from = layout.offset;
  for (std::size_t at = 0; at < to->size(); at += element_size) {
    std::memcpy(to->data() + at, storage.data() + static_cast<std::size_t>(from) * element_size, element_size);
    for (std::size_t i = index.size(); i-- > 0;) {
      from += layout.strides[i];
      if (++index[i] < layout.shape[i]) break;
      from -= layout.strides[i] * layout.shape[i];
      index[i] = 0;
    }
  }
}

}  // namespace

StorageId ReadStorageId(const PickleValue &persistent, const std::string &place) {
  const PickleValue &id = *persistent.arguments;
  if (Item(id, 0, Kind::kText, place).text != "storage")
    Fail(place, "a persistent value is no storage; the file is damaged");
  StorageId storage;
  storage.type = Item(id, 1, Kind::kGlobal, place).text;
  storage.key = Item(id, 2, Kind::kText, place).text;
  storage.elements = Item(id, 4, Kind::kInt, place).integer;
  if (id.items.size() > 5 && id.items[5]->kind == Kind::kTuple) {  // (key of the view, offset, elements)
    storage.view_offset = Item(*id.items[5], 1, Kind::kInt, place).integer;
  }
  if (storage.elements < 0 || storage.view_offset < 0) Fail(place, "a storage of negative size; the file is damaged");
  return storage;
}

std::uint64_t StorageElementSize(const StorageId &id, const std::string &place) {
  return StorageTypeOf(id, place).element_size;
}

const PickleValue *FindTensor(const PickleValue &value) {
  const PickleValue *tensor = &value;
  const bool parameter = value.IsObjectOf("torch._utils._rebuild_parameter") ||
                         value.IsObjectOf("torch._utils._rebuild_parameter_with_state");
  if (parameter && value.arguments->kind == Kind::kTuple && !value.arguments->items.empty()) {
    tensor = value.arguments->items[0];
  }
  const bool rebuilt =
      tensor->IsObjectOf("torch._utils._rebuild_tensor_v2") || tensor->IsObjectOf("torch._utils._rebuild_tensor");
  return rebuilt ? tensor : nullptr;
}

TensorGatherer::TensorGatherer(std::uint64_t file_bytes, std::function<std::string_view(const StorageId &)> bytes_of)
    : bytes_left_(file_bytes * kSharing), bytes_of_(std::move(bytes_of)) {}

PthCheckpoint::Tensor TensorGatherer::Gather(const PickleValue &tensor, const std::string &place) {
  const PickleValue &arguments = *tensor.arguments;  // storage, offset, shape, strides, and what only training needs
  const StorageId id = ReadStorageId(Item(arguments, 0, Kind::kPersistent, place), place);
  Layout layout;
  layout.offset = Item(arguments, 1, Kind::kInt, place).integer;
  layout.shape = Numbers(Item(arguments, 2, Kind::kTuple, place), place);
  layout.strides = Numbers(Item(arguments, 3, Kind::kTuple, place), place);
  if (layout.shape.size() != layout.strides.size()) Fail(place, "has more or fewer strides than dimensions");
  for (std::size_t i = 0; i < layout.shape.size(); ++i) {
    if (layout.shape[i] == 1) layout.strides[i] = 0;  // never walked, so it may be anything
  }

  const StorageType &type = StorageTypeOf(id, place);
  if (!type.type) Fail(place, "elements of " + Quoted(id.type) + " are not supported; save the tensor as float32");
  const auto bytes = DenseBytes(*type.type, layout.shape);
  if (!bytes || *bytes > bytes_left_) Fail(place, "claims to be larger than its file can be; the file is damaged");
  bytes_left_ -= *bytes;

  PthCheckpoint::Tensor dense{*type.type, layout.shape, {}};
  if (IsEmpty(layout)) return dense;
  const std::string_view storage = bytes_of_(id);
  const auto last = LastElement(layout);
  if (!last || static_cast<std::uint64_t>(*last) >= storage.size() / type.element_size) {
    Fail(place, "reaches outside its storage " + Quoted(id.key) + "; the file is damaged");
  }
  dense.bytes.resize(*bytes);
  if (IsDense(layout)) {
    std::memcpy(dense.bytes.data(), storage.data() + static_cast<std::uint64_t>(layout.offset) * type.element_size,
                *bytes);
  } else {
    CopyStrided(layout, storage, type.element_size, &dense.bytes);
  }
  return dense;
}

}  // namespace kpt::net
