// The two layouts of a checkpoint file, and which of its entries are the weights.
#include "kpt/net/checkpoint_pth.h"

#include <memory>
#include <string_view>

#include "file_access.h"
#include "kpt/base/error.h"
#include "pickle_machine.h"
#include "pickled_tensor.h"
#include "zip_archive.h"

namespace kpt::net {
namespace {

using Kind = PickleValue::Kind;

// 0x1950a86a20f9469cfc6c, lowest byte first: the first pickle of the old layout.
constexpr std::string_view kOldMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr std::int64_t kOldProtocol = 1001;
constexpr std::string_view kModulePrefix = "module.";

[[noreturn]] void Fail(const std::string &place, const std::string &problem) {
  throw Error(ErrorCode::kModel, place + ": " + problem);
}

/// A file of either layout: the saved object, and its storages' bytes.
class Layout {
 public:
  virtual ~Layout() = default;
  virtual const Pickle &pickle() const = 0;
  virtual std::string_view BytesOf(const StorageId &id) const = 0;
};

/// Since PyTorch 1.6: a zip file with the pickle and one entry a storage.
class ZipLayout : public Layout {
 public:
  ZipLayout(std::string_view bytes, const std::string &path)
      : path_(path),
        archive_(bytes, path),
        folder_(archive_.FolderWith("data.pkl")),
        reader_(archive_.Read(folder_ + "/data.pkl"), path + ": data.pkl"),
        pickle_(&reader_) {
    const std::string order = folder_ + "/byteorder";
    if (archive_.Has(order) && archive_.Read(order) != "little") Fail(path, "was written on a big-endian machine");
  }

  const Pickle &pickle() const override { return pickle_; }

  std::string_view BytesOf(const StorageId &id) const override {
    const std::string_view bytes = archive_.Read(folder_ + "/data/" + id.key);
    const std::uint64_t element_size = StorageElementSize(id, path_);
    if (id.view_offset != 0 || bytes.size() / element_size != static_cast<std::uint64_t>(id.elements)) {
      Fail(path_, "storage " + Quoted(id.key) + " has " + std::to_string(bytes.size()) + " bytes for " +
                      std::to_string(id.elements) + " elements of " + std::to_string(element_size) +
                      "; the file is damaged");
    }
    return bytes;
  }

 private:
  std::string path_;
  ZipArchive archive_;
  std::string folder_;
  ByteReader reader_;
  Pickle pickle_;
};

/// Before: pickles of a magic number, a version, facts about the machine, the object and the storages' keys; then each
/// storage's element count and bytes, in the order of the keys.
class OldLayout : public Layout {
 public:
  OldLayout(std::string_view bytes, const std::string &path) : path_(path), reader_(bytes, path) {
    CheckPreamble();
    pickle_ = std::make_unique<Pickle>(&reader_);
    ReadStorages(ElementSizes());
  }

  const Pickle &pickle() const override { return *pickle_; }

  std::string_view BytesOf(const StorageId &id) const override {
    const auto found = storages_.find(id.key);
    if (found == storages_.end())
      Fail(path_, "storage " + Quoted(id.key) + " is missing; the file is truncated or damaged");
    const std::uint64_t element_size = StorageElementSize(id, path_);
    const std::uint64_t elements = found->second.size() / element_size;
    const auto offset = static_cast<std::uint64_t>(id.view_offset);
    if (offset > elements) Fail(path_, "a view starts behind its storage " + Quoted(id.key) + "; the file is damaged");
    return found->second.substr(offset * element_size);
  }

 private:
  void CheckPreamble() {
    const Pickle magic(&reader_);
    if (magic.root().text != kOldMagic) Fail(path_, "is no PyTorch checkpoint (its magic number is another)");
    const Pickle protocol(&reader_);
    if (protocol.root().kind != Kind::kInt || protocol.root().integer != kOldProtocol) {
      Fail(path_, "is a checkpoint of an unknown version; save it again with a recent PyTorch");
    }
    const Pickle machine(&reader_);
    const PickleValue *little_endian = machine.root().Find("little_endian");
    if (little_endian != nullptr && little_endian->integer == 0) Fail(path_, "was written on a big-endian machine");
  }

  std::map<std::string, std::uint64_t> ElementSizes() const {
    std::map<std::string, std::uint64_t> sizes;
    for (const PickleValue *value : pickle_->persistent()) {
      const StorageId id = ReadStorageId(*value, path_);
      const std::uint64_t size = StorageElementSize(id, path_);
      if (sizes.emplace(id.key, size).first->second != size)
        Fail(path_, "storage " + Quoted(id.key) + " has two types");
    }
    return sizes;
  }

  void ReadStorages(const std::map<std::string, std::uint64_t> &element_sizes) {
    const Pickle keys(&reader_);
    if (keys.root().kind != Kind::kList) reader_.Fail("no list of storages; the file is damaged");
    for (const PickleValue *key : keys.root().items) {
      const auto element_size = element_sizes.find(key->text);
      if (element_size == element_sizes.end()) reader_.Fail("storage " + Quoted(key->text) + " belongs to no tensor");
      std::uint64_t bytes = 0;
      if (__builtin_mul_overflow(reader_.TakeNumber(8), element_size->second, &bytes)) {
        reader_.Fail("storage " + Quoted(key->text) + " has an absurd size; the file is damaged");
      }
      if (!storages_.emplace(key->text, reader_.Take(bytes)).second) {
        reader_.Fail("storage " + Quoted(key->text) + " is there twice; the file is damaged");
      }
    }
  }

  std::string path_;
  ByteReader reader_;
  std::unique_ptr<Pickle> pickle_;
  std::map<std::string, std::string_view> storages_;
};

std::unique_ptr<Layout> OpenLayout(std::string_view bytes, const std::string &path) {
  if (ZipArchive::LooksLikeOne(bytes)) return std::make_unique<ZipLayout>(bytes, path);
  if (bytes.substr(0, 32).find(kOldMagic) == std::string_view::npos)
    Fail(path, "is no PyTorch checkpoint; give a .pth file as torch.save writes it");
  return std::make_unique<OldLayout>(bytes, path);
}

/// The dictionary of weights: the object's `state_dict`, or the object itself.
const PickleValue &WeightsIn(const PickleValue &saved) {
  const PickleValue *inner = saved.Find("state_dict");
  return inner != nullptr ? *inner : saved;
}

}  // namespace

PthCheckpoint ReadPth(const std::string &path) {
  InputFile input(path);
  const std::vector<std::uint8_t> bytes = input.Read(input.size());
  const std::unique_ptr<Layout> layout = OpenLayout(TextOf(bytes), path);
  TensorGatherer gatherer(bytes.size(), [&](const StorageId &id) { return layout->BytesOf(id); });

  PthCheckpoint checkpoint;
  for (const auto &[key, value] : WeightsIn(layout->pickle().root()).Entries()) {
    const PickleValue *tensor = FindTensor(*value);
    if (key->kind != Kind::kText || tensor == nullptr) continue;
    const bool prefixed = key->text.compare(0, kModulePrefix.size(), kModulePrefix) == 0;
    const std::string name = prefixed ? key->text.substr(kModulePrefix.size()) : key->text;
    const std::string place = path + ": tensor " + Quoted(name);
    if (!checkpoint.tensors.emplace(name, gatherer.Gather(*tensor, place)).second) Fail(place, "is there twice");
  }
  if (checkpoint.tensors.empty()) Fail(path, "holds no named tensors; give a checkpoint with a state_dict");
  return checkpoint;
}

}  // namespace kpt::net
