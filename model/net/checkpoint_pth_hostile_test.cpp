// Checkpoints of the old layout, built opcode by opcode: what an attacker or a broken disk makes of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kpt/net/checkpoint_pth.h"
#include "testing/file_testing.h"

namespace kpt::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Little;
using testing::MessageOf;
using testing::ScratchFolder;
using testing::WriteBytes;

std::string Int(std::int64_t value) { return "\x8a\x08" + Little(static_cast<std::uint64_t>(value), 8); }
std::string Text(const std::string &text) { return "X" + Little(text.size(), 4) + text; }
std::string Global(const std::string &module, const std::string &name) { return "c" + module + "\n" + name + "\n"; }

std::string Tuple(const std::vector<std::string> &items) {
  std::string pickle = "(";
  for (const std::string &item : items) pickle += item;
  return pickle + "t";
}

std::string Ints(const std::vector<std::int64_t> &values) {
  std::vector<std::string> items;
  for (const std::int64_t value : values) items.push_back(Int(value));
  return Tuple(items);
}

std::string Storage(std::int64_t elements, const std::string &type = "FloatStorage", const std::string &key = "0") {
  return Tuple({Text("storage"), Global("torch", type), Text(key), Text("cpu"), Int(elements), "N"}) + "Q";
}

std::string Tensor(const std::string &storage, std::int64_t offset, const std::vector<std::int64_t> &shape,
                   const std::vector<std::int64_t> &strides) {
  return Global("torch._utils", "_rebuild_tensor_v2") + Tuple({storage, Int(offset), Ints(shape), Ints(strides)}) + "R";
}

std::string StateDict(const std::string &name, const std::string &value) { return "}" + Text(name) + value + "s"; }

const std::string kPreamble = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M" + Little(1001, 2) +
                              ".\x80\x02}" + Text("little_endian") + "\x88s.";
const std::string kOneKey = "\x80\x02]" + Text("0") + "a.";
const std::string kNoKeys = "\x80\x02].";
const std::string kFourFloats = Little(4, 8) + std::string(16, '\x11');

/// A file of the old layout with one storage, of four floats.
std::string OldFile(const std::string &object, const std::string &rest = kOneKey + kFourFloats) {
  return kPreamble + "\x80\x02" + object + "." + rest;
}

TEST(OldLayout, ByHandIsReadAsPyTorchWritesIt) {
  const ScratchFolder folder;
  WriteBytes(folder / "a.pth", OldFile(StateDict("module.w", Tensor(Storage(4), 1, {3}, {1}))));
  const PthCheckpoint checkpoint = ReadPth(folder / "a.pth");
  EXPECT_THAT(checkpoint.tensors.at("w").shape, ElementsAre(3));
  EXPECT_EQ(checkpoint.tensors.at("w").bytes, std::vector<std::uint8_t>(12, 0x11));
}

TEST(OldLayout, AnOrderedDictOfPythonTwoIsRead) {
  const ScratchFolder folder;
  const std::string pair = "](" + Text("w") + Tensor(Storage(4), 0, {4}, {1}) + "e";
  WriteBytes(folder / "a.pth", OldFile(Global("collections", "OrderedDict") + "](" + pair + "e\x85R"));
  EXPECT_EQ(ReadPth(folder / "a.pth").tensors.count("w"), 1U);
}

TEST(OldLayout, AViewOfAStorageStartsInsideIt) {
  const ScratchFolder folder;
  const std::string view = Tuple({Text("storage"), Global("torch", "FloatStorage"), Text("0"), Text("cpu"), Int(4),
                                  Tuple({Text("1"), Int(3), Int(1)})}) +
                           "Q";
  WriteBytes(folder / "a.pth", OldFile(StateDict("w", Tensor(view, 0, {1}, {1}))));
  EXPECT_EQ(ReadPth(folder / "a.pth").tensors.at("w").bytes.size(), 4U);
  WriteBytes(folder / "b.pth", OldFile(StateDict("w", Tensor(view, 0, {2}, {1}))));
  EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { ReadPth(folder / "b.pth"); }), HasSubstr("'w'"));
}

TEST(OldLayout, ASizeOneDimensionMayHaveAnyStride) {
  const ScratchFolder folder;
  WriteBytes(folder / "a.pth", OldFile(StateDict("w", Tensor(Storage(4), 0, {2, 1}, {2, INT64_MAX}))));
  EXPECT_EQ(ReadPth(folder / "a.pth").tensors.at("w").bytes.size(), 8U);
}

struct Hostile {
  const char *name;
  std::string file;
  const char *problem;  ///< what the message must say
};

std::string Repeated(const std::string &text, std::size_t times) {
  std::string repeated;
  for (std::size_t i = 0; i < times; ++i) repeated += text;
  return repeated;
}

/// Many tensors that each blow the one storage up as far as a single tensor may.
std::string ManyExpandedTensors() {
  std::string dict = "}(";
  for (int i = 0; i < 100; ++i) dict += Text("w" + std::to_string(i)) + Tensor(Storage(4), 0, {4000}, {0});
  return dict + "u";
}

std::vector<Hostile> HostileFiles() {
  const auto tensor = [](std::int64_t offset, const std::vector<std::int64_t> &shape,
                         const std::vector<std::int64_t> &strides) {
    return OldFile(StateDict("w", Tensor(Storage(4), offset, shape, strides)));
  };
  const std::string good = StateDict("w", Tensor(Storage(4), 0, {4}, {1}));
  constexpr std::int64_t kHuge = std::int64_t{1} << 62;
  return {
      {"NoTensors", OldFile("}", kNoKeys), "holds no named tensors"},
      {"NoDictionary", OldFile("N", kNoKeys), "holds no named tensors"},
      {"WrongVersion", std::string(kPreamble).replace(kPreamble.find("M\xe9\x03"), 3, "M\xff\xff"), "unknown version"},
      {"BigEndian", std::string(kPreamble).replace(kPreamble.find('\x88'), 1, "\x89"), "big-endian"},
      {"NameTwice",
       OldFile("}(" + Text("w") + Tensor(Storage(4), 0, {4}, {1}) + Text("module.w") + Tensor(Storage(4), 0, {4}, {1}) +
               "u"),
       "'w': is there twice"},
      {"UnknownType", OldFile(StateDict("w", Tensor(Storage(4, "StrangeStorage"), 0, {4}, {1}))), "StrangeStorage"},
      {"ComplexTensor",
       OldFile(StateDict("w", Tensor(Storage(2, "ComplexFloatStorage"), 0, {2}, {1})),
               kOneKey + Little(2, 8) + std::string(16, 'x')),
       "ComplexFloatStorage"},
      {"TwoTypesOfOneStorage", OldFile(Tuple({Storage(4), Storage(2, "DoubleStorage")})), "two types"},
      {"OutsideStorage", tensor(0, {5}, {1}), "'w': reaches outside"},
      {"OffsetOutside", tensor(4, {1}, {1}), "reaches outside"},
      {"NegativeOffset", tensor(-1, {2}, {1}), "reaches outside"},
      {"NegativeStride", tensor(3, {4}, {-1}), "reaches outside"},
      {"StrideOutside", tensor(0, {2}, {4}), "reaches outside"},
      {"StrideOverflows", tensor(0, {3, 2}, {kHuge, 1}), "reaches outside"},
      {"NegativeSize", tensor(0, {-1}, {1}), "larger than its file"},
      {"SizeOverflows", tensor(0, {kHuge, kHuge}, {0, 0}), "larger than its file"},
      {"EmptyButAbsurd", tensor(0, {0, kHuge, kHuge}, {0, 0, 0}), "larger than its file"},
      {"ExpandedToTerabytes", tensor(0, {1 << 20, 1 << 20}, {0, 0}), "larger than its file"},
      {"ManyExpanded", OldFile(ManyExpandedTensors()), "larger than its file"},
      {"MissingStrides", tensor(0, {2, 2}, {1}), "strides"},
      {"ManyDimensions", tensor(0, std::vector<std::int64_t>(17, 1), std::vector<std::int64_t>(17, 1)),
       "16 dimensions"},
      {"ArgumentsMissing", OldFile(StateDict("w", Global("torch._utils", "_rebuild_tensor_v2") + ")R"), kNoKeys),
       "item 0"},
      {"ArgumentsNoTuple", OldFile(StateDict("w", Global("torch._utils", "_rebuild_tensor_v2") + "]R"), kNoKeys),
       "item 0"},
      {"StorageIdNoTuple", OldFile(StateDict("w", "NQ")), "item 0"},
      {"PersistentNoStorage", OldFile(StateDict("w", Tuple({Text("module")}) + "Q")), "no storage"},
      {"StorageMissing", OldFile(good, kNoKeys), "'0' is missing"},
      {"StorageOfNobody", OldFile(good, "\x80\x02]" + Text("1") + "a." + kFourFloats), "'1' belongs to no tensor"},
      {"StorageTwice", OldFile(good, "\x80\x02](" + Text("0") + Text("0") + "e." + kFourFloats + kFourFloats), "twice"},
      {"StorageCut", OldFile(good, kOneKey + Little(4, 8) + "123"), "16 bytes expected, 3 left"},
      {"StorageOfAllTheMemory", OldFile(good, kOneKey + Little(std::uint64_t{1} << 61, 8) + "123"), "bytes expected"},
      {"StorageSizeOverflows", OldFile(good, kOneKey + Little(kHuge, 8) + "123"), "absurd size"},
      {"KeysNoList", OldFile(good, "\x80\x02N."), "no list of storages"},
      {"UnknownOpcode", OldFile("I01\n"), "unknown opcode 0x49"},
      {"ZeroOpcode", OldFile(std::string(1, '\0')), "unknown opcode 0x00"},
      {"NewerProtocol", OldFile("\x80\x09"), "unknown protocol"},
      {"EmptyStack", OldFile(""), "a value is missing"},
      {"TopOfNothing", OldFile("2"), "a value is missing"},
      {"TupleOfNothing", OldFile("\x87"), "a value is missing"},
      {"ValueBelowTheMark", OldFile("N(0"), "a value is missing"},
      {"NoMark", OldFile("Nt"), "a mark is missing"},
      {"NotInTheMemo", OldFile("h\x07"), "value 7 is used before"},
      {"KeyWithoutValue", OldFile("}(Nu"), "a key without a value"},
      {"KeyInAList", OldFile("]NNs"), "no dictionary"},
      {"EndlessLine", kPreamble + "\x80\x02" + "ctorch", "a line without an end"},
      {"TextOfAllTheMemory", OldFile("\x8d" + Little(~std::uint64_t{0}, 8)), "bytes expected"},
      {"BytesOfAllTheMemory", OldFile("\x8e" + Little(kHuge, 8)), "bytes expected"},
      {"LongOfAllTheMemory", OldFile("\x8b" + Little(0xFFFFFFFF, 4)), "bytes expected"},
      {"LongNames", OldFile(Text(std::string(600, 'm')) + "22\x93"), "absurd length"},
      {"DeepMarks", OldFile(Repeated("(", 600000)), "nested too deep"},
      {"DeepTuples", OldFile("N" + Repeated("\x85", 600000)), "more values"},
      {"EndlessCopies", OldFile("N" + Repeated("2", 600000)), "nested too deep"},
      {"EndlessMemo", OldFile("N" + Repeated("\x94", 600000)), "more values"},
      {"ListInItself",
       OldFile("]q\x01h\x01"
               "a",
               kNoKeys),
       "holds no named tensors"},
      {"DictionaryInItself", OldFile("}q\x01" + Text("state_dict") + "h\x01s", kNoKeys), "holds no named tensors"},
  };
}

class HostileCheckpoint : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileCheckpoint, IsAnErrorThatNamesFileAndProblem) {
  const ScratchFolder folder;
  WriteBytes(folder / "hostile.pth", GetParam().file);
  const std::string message = MessageOf(ErrorCode::kModel, [&] { ReadPth(folder / "hostile.pth"); });
  EXPECT_THAT(message, HasSubstr("hostile.pth"));
  EXPECT_THAT(message, HasSubstr(GetParam().problem));
  EXPECT_LT(message.size(), 500U);
}

INSTANTIATE_TEST_SUITE_P(Table, HostileCheckpoint, ::testing::ValuesIn(HostileFiles()),
                         [](const auto &hostile) { return std::string(hostile.param.name); });

}  // namespace
}  // namespace kpt::net
