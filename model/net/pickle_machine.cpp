#include "pickle_machine.h"

#include <array>
#include <cstdio>
#include <unordered_map>

#include "file_access.h"

namespace kpt::net {

using Kind = PickleValue::Kind;

namespace {

// A checkpoint with its optimiser has some ten thousand values.
constexpr std::size_t kMostValues = 500'000;
constexpr std::size_t kLongestGlobal = 1000;  // a short opcode copies one
constexpr int kNewestProtocol = 5;

// What pickles of protocol 2 and later are made of; older ones, extensions and out-of-band buffers are refused.
enum Opcode : std::uint8_t {
  kMark = '(',
  kStop = '.',
  kPop = '0',
  kPopMark = '1',
  kDup = '2',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kBinFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kEmptyList = ']',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kSetItems = 'u',
  kEmptyDict = '}',
  kEmptyTuple = ')',
  kProto = 0x80,
  kNewObj = 0x81,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
  kLong4 = 0x8b,
  kShortBinUnicode = 0x8c,
  kBinUnicode8 = 0x8d,
  kBinBytes8 = 0x8e,
  kEmptySet = 0x8f,
  kAddItems = 0x90,
  kFrozenSet = 0x91,
  kNewObjEx = 0x92,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
  kByteArray8 = 0x96,
};

}  // namespace

/// A stack, a memo and the opcodes that move values between them. Every opcode takes at least a byte and makes at most
/// one value or one entry, so that what the machine holds is bounded by the file and by kMostValues.
class PickleMachine {
 public:
  PickleMachine(Pickle *pickle, ByteReader *reader) : pickle_(*pickle), reader_(*reader) {}

  /// Runs to STOP and gives the value that it finds.
  const PickleValue *Run() {
    while (true) {
      const auto opcode = static_cast<std::uint8_t>(reader_.TakeNumber(1));
      if (opcode == kStop) return Pop();
      if (RunNumber(opcode) || RunText(opcode) || RunContainer(opcode) || RunCall(opcode) || RunStack(opcode)) continue;
      std::array<char, 8> hex{};
      std::snprintf(hex.data(), hex.size(), "0x%02x", opcode);
      reader_.Fail(std::string("unknown opcode ") + hex.data() + "; the file is damaged, or no checkpoint");
    }
  }

 private:
  bool RunNumber(std::uint8_t opcode) {
    switch (opcode) {
      case kNone:
        PushNew(Kind::kNone);
        return true;
      case kNewTrue:
        PushNew(Kind::kBool)->integer = 1;
        return true;
      case kNewFalse:
        PushNew(Kind::kBool);
        return true;
      case kBinInt1:
        PushInt(static_cast<std::int64_t>(reader_.TakeNumber(1)));
        return true;
      case kBinInt2:
        PushInt(static_cast<std::int64_t>(reader_.TakeNumber(2)));
        return true;
      case kBinInt:
        PushInt(static_cast<std::int32_t>(reader_.TakeNumber(4)));
        return true;
      case kLong1:
        PushLong(reader_.Take(reader_.TakeNumber(1)));
        return true;
      case kLong4:
        PushLong(reader_.Take(reader_.TakeNumber(4)));
        return true;
      case kBinFloat:
        PushSkipped(8);
        return true;
      default:
        return false;
    }
  }

  bool RunText(std::uint8_t opcode) {
    switch (opcode) {
      case kShortBinUnicode:
      case kShortBinString:
        PushText(reader_.TakeNumber(1));
        return true;
      case kBinUnicode:
      case kBinString:
        PushText(reader_.TakeNumber(4));
        return true;
      case kBinUnicode8:
        PushText(reader_.TakeNumber(8));
        return true;
      case kShortBinBytes:
        PushSkipped(reader_.TakeNumber(1));
        return true;
      case kBinBytes:
        PushSkipped(reader_.TakeNumber(4));
        return true;
      case kBinBytes8:
      case kByteArray8:
        PushSkipped(reader_.TakeNumber(8));
        return true;
      default:
        return false;
    }
  }

  bool RunContainer(std::uint8_t opcode) {
    switch (opcode) {
      case kEmptyTuple:
        PushTuple({});
        return true;
      case kTuple1:
        PushTuple(PopLast(1));
        return true;
      case kTuple2:
        PushTuple(PopLast(2));
        return true;
      case kTuple3:
        PushTuple(PopLast(3));
        return true;
      case kTuple:
        PushTuple(PopToMark());
        return true;
      case kEmptyList:
        PushNew(Kind::kList);
        return true;
      case kAppend:
        Append(PopLast(1));
        return true;
      case kAppends:
        Append(PopToMark());
        return true;
      case kEmptyDict:
        PushNew(Kind::kDict);
        return true;
      case kSetItem:
        SetItems(PopLast(2));
        return true;
      case kSetItems:
        SetItems(PopToMark());
        return true;
      case kEmptySet:
        PushNew(Kind::kOpaque);
        return true;
      case kAddItems:
        PopToMark();
        return true;
      case kFrozenSet:
        PopToMark(), PushNew(Kind::kOpaque);
        return true;
      default:
        return false;
    }
  }

  bool RunCall(std::uint8_t opcode) {
    switch (opcode) {
      case kGlobal: {
        const std::string module(reader_.TakeLine());
        PushGlobal(module, std::string(reader_.TakeLine()));
        return true;
      }
      case kStackGlobal: {
        const PickleValue *name = Pop();
        PushGlobal(Pop()->text, name->text);
        return true;
      }
      case kReduce:
      case kNewObj:
        PushObject(PopLast(2));
        return true;
      case kNewObjEx:
        PushObject(PopLast(3));
        return true;
      case kBuild:
        Pop();
        return true;  // an object's state is of no use to a reader of data
      case kBinPersId: {
        const PickleValue *id = Pop();
        PickleValue *value = PushNew(Kind::kPersistent);
        value->arguments = id;
        pickle_.persistent_.push_back(value);
        return true;
      }
      default:
        return false;
    }
  }

  bool RunStack(std::uint8_t opcode) {
    switch (opcode) {
      case kProto:
        if (reader_.TakeNumber(1) > kNewestProtocol) reader_.Fail("a pickle of an unknown protocol");
        return true;
      case kFrame:
        reader_.Take(8);
        return true;
      case kMark:
        if (marks_.size() == kMostValues) reader_.Fail("nested too deep");
        marks_.push_back(stack_.size());
        return true;
      case kPop:
        Pop();
        return true;
      case kPopMark:
        PopToMark();
        return true;
      case kDup:
        Push(Top());
        return true;
      case kBinGet:
        Push(Memory(reader_.TakeNumber(1)));
        return true;
      case kLongBinGet:
        Push(Memory(reader_.TakeNumber(4)));
        return true;
      case kBinPut:
        Memorise(reader_.TakeNumber(1));
        return true;
      case kLongBinPut:
        Memorise(reader_.TakeNumber(4));
        return true;
      case kMemoize:
        Memorise(memo_.size());
        return true;
      default:
        return false;
    }
  }

  using Values = std::vector<const PickleValue *>;

  void Push(PickleValue *value) {
    if (stack_.size() == kMostValues) reader_.Fail("nested too deep");
    stack_.push_back(value);
  }

  PickleValue *PushNew(Kind kind) {
    if (pickle_.values_.size() == kMostValues) reader_.Fail("more values than a checkpoint has");
    pickle_.values_.emplace_back().kind = kind;
    Push(&pickle_.values_.back());
    return stack_.back();
  }

  void PushInt(std::int64_t value) { PushNew(Kind::kInt)->integer = value; }

  /// Two's complement of any length.
  void PushLong(std::string_view bytes) {
    if (bytes.size() > 8) {
      PushNew(Kind::kOpaque)->text = bytes;
      return;
    }
    std::uint64_t value = LittleEndian(bytes);
    const bool negative = !bytes.empty() && (bytes.back() & 0x80) != 0;
    if (negative && bytes.size() < 8) value |= ~std::uint64_t{0} << (8 * bytes.size());
    PushInt(static_cast<std::int64_t>(value));
  }

  void PushText(std::uint64_t length) { PushNew(Kind::kText)->text = reader_.Take(length); }

  void PushSkipped(std::uint64_t length) {
    reader_.Take(length);
    PushNew(Kind::kOpaque);
  }

  void PushTuple(Values items) { PushNew(Kind::kTuple)->items = std::move(items); }

  void PushGlobal(const std::string &module, const std::string &name) {
    if (module.size() + name.size() > kLongestGlobal) reader_.Fail("a name of absurd length");
    PushNew(Kind::kGlobal)->text = module + "." + name;
  }

  /// What is made by `parts[0]` from `parts[1]`.
  void PushObject(const Values &parts) {
    PickleValue *object = PushNew(Kind::kObject);
    object->callee = parts[0];
    object->arguments = parts[1];
  }

  void Append(const Values &items) {
    PickleValue *list = Top();
    if (list->kind == Kind::kList) list->items.insert(list->items.end(), items.begin(), items.end());
  }

  void SetItems(const Values &items) {
    PickleValue *dict = Top();
    if (items.size() % 2 != 0) reader_.Fail("a key without a value; the file is damaged");
    if (dict->kind != Kind::kDict && dict->kind != Kind::kObject) reader_.Fail("a key set in what is no dictionary");
    dict->items.insert(dict->items.end(), items.begin(), items.end());
  }

  /// How many values lie above the last mark.
  std::size_t Height() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }

  PickleValue *Top() const {
    if (Height() == 0) reader_.Fail("a value is missing; the file is damaged");
    return stack_.back();
  }

  PickleValue *Pop() {
    PickleValue *value = Top();
    stack_.pop_back();
    return value;
  }

  Values PopLast(std::size_t count) {
    if (Height() < count) reader_.Fail("a value is missing; the file is damaged");
    const Values values(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return values;
  }

  Values PopToMark() {
    if (marks_.empty()) reader_.Fail("a mark is missing; the file is damaged");
    Values values = PopLast(Height());
    marks_.pop_back();
    return values;
  }

  PickleValue *Memory(std::uint64_t index) const {
    const auto found = memo_.find(index);
    if (found == memo_.end())
      reader_.Fail("value " + std::to_string(index) + " is used before it is made; the file is damaged");
    return found->second;
  }

  void Memorise(std::uint64_t index) {
    if (memo_.size() == kMostValues) reader_.Fail("more values than a checkpoint has");
    memo_[index] = Top();
  }

  Pickle &pickle_;
  ByteReader &reader_;
  std::vector<PickleValue *> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleValue *> memo_;
};

std::vector<std::pair<const PickleValue *, const PickleValue *>> PickleValue::Entries() const {
  std::vector<std::pair<const PickleValue *, const PickleValue *>> entries;
  if (kind != Kind::kDict && kind != Kind::kObject) return entries;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) entries.emplace_back(items[i], items[i + 1]);
  // Python 2 made an OrderedDict from a list of pairs.
  if (kind == Kind::kObject && arguments->kind == Kind::kTuple && arguments->items.size() == 1) {
    for (const PickleValue *pair : arguments->items[0]->items) {
      if (pair->items.size() == 2) entries.emplace_back(pair->items[0], pair->items[1]);
    }
  }
  return entries;
}

const PickleValue *PickleValue::Find(std::string_view key) const {
  const PickleValue *found = nullptr;
  for (const auto &[candidate, value] : Entries()) {
    if (candidate->kind == Kind::kText && candidate->text == key) found = value;  // the last one counts, as in Python
  }
  return found;
}

bool PickleValue::IsObjectOf(std::string_view global) const {
  return kind == Kind::kObject && callee->kind == Kind::kGlobal && callee->text == global;
}

Pickle::Pickle(ByteReader *reader) { root_ = PickleMachine(this, reader).Run(); }

}  // namespace kpt::net
