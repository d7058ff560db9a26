// Checkpoints as PyTorch writes them (testdata/make_checkpoints.py), and as an attacker or a broken disk would.
#include "kpt/net/checkpoint_pth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "testing/file_testing.h"

namespace kpt::net {
namespace {

using ::testing::ElementsAre;
using testing::FileBytes;
using ::testing::HasSubstr;
using testing::MessageOf;
using testing::Mutated;
using testing::ScratchFolder;
using testing::WriteBytes;

std::string Fixture(const std::string &name) { return std::string(KPT_SOURCE_DIR) + "/model/net/testdata/" + name; }

template <typename Value>
std::vector<Value> ValuesOf(const PthCheckpoint &checkpoint, const std::string &name) {
  const PthCheckpoint::Tensor &tensor = checkpoint.tensors.at(name);
  std::vector<Value> values(tensor.bytes.size() / sizeof(Value));
  std::memcpy(values.data(), tensor.bytes.data(), values.size() * sizeof(Value));
  return values;
}

/// The hostile object in the fixtures asks for this file.
bool PickleWasRun() { return std::filesystem::exists("pickle_was_run"); }

class Checkpoint : public ::testing::TestWithParam<const char *> {};

TEST_P(Checkpoint, HoldsEveryTensorOfTheStateDict) {
  const PthCheckpoint checkpoint = ReadPth(Fixture(GetParam()));
  std::map<std::string, std::pair<ElementType, std::vector<std::int64_t>>> found;
  for (const auto &[name, tensor] : checkpoint.tensors) found[name] = {tensor.type, tensor.shape};
  const decltype(found) expected = {
      {"weight", {ElementType::kF32, {2, 3}}}, {"transposed", {ElementType::kF32, {3, 2}}},
      {"view", {ElementType::kF32, {2, 2}}},   {"channels_last", {ElementType::kF32, {1, 2, 2, 2}}},
      {"shared", {ElementType::kF32, {4, 3}}}, {"expanded", {ElementType::kF32, {3}}},
      {"empty", {ElementType::kF32, {0, 5}}},  {"scalar", {ElementType::kI64, {}}},
      {"parameter", {ElementType::kF32, {2}}}, {"half", {ElementType::kF16, {3}}},
      {"bfloat16", {ElementType::kBF16, {3}}}, {"double", {ElementType::kF64, {3}}},
      {"int32", {ElementType::kI32, {3}}},     {"int16", {ElementType::kI16, {3}}},
      {"int8", {ElementType::kI8, {3}}},       {"uint8", {ElementType::kU8, {3}}},
      {"bool", {ElementType::kBool, {3}}},
  };
  EXPECT_EQ(found, expected);
}

TEST_P(Checkpoint, HoldsTheirValuesRowMajor) {
  const PthCheckpoint checkpoint = ReadPth(Fixture(GetParam()));
  EXPECT_THAT(ValuesOf<float>(checkpoint, "weight"), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(ValuesOf<float>(checkpoint, "transposed"), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_THAT(ValuesOf<float>(checkpoint, "channels_last"), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(ValuesOf<float>(checkpoint, "view"), ElementsAre(4, 5, 7, 8));
  EXPECT_THAT(ValuesOf<float>(checkpoint, "expanded"), ElementsAre(7, 7, 7));
  EXPECT_THAT(ValuesOf<float>(checkpoint, "parameter"), ElementsAre(0, 1));
  EXPECT_THAT(ValuesOf<std::int64_t>(checkpoint, "scalar"), ElementsAre(5));
  EXPECT_THAT(ValuesOf<double>(checkpoint, "double"), ElementsAre(0, 1, 2));
  EXPECT_THAT(ValuesOf<std::uint16_t>(checkpoint, "half"), ElementsAre(0, 0x3c00, 0x4000));
  EXPECT_THAT(ValuesOf<std::uint16_t>(checkpoint, "bfloat16"), ElementsAre(0, 0x3f80, 0x4000));
  EXPECT_THAT(ValuesOf<std::int32_t>(checkpoint, "int32"), ElementsAre(0, -1, -2));
  EXPECT_THAT(ValuesOf<std::int16_t>(checkpoint, "int16"), ElementsAre(0, -1, -2));
  EXPECT_THAT(ValuesOf<std::int8_t>(checkpoint, "int8"), ElementsAre(0, -1, -2));
  EXPECT_THAT(ValuesOf<std::uint8_t>(checkpoint, "bool"), ElementsAre(1, 0, 1));
}

TEST_P(Checkpoint, RunsNothingThatItNames) {
  ReadPth(Fixture(GetParam()));
  EXPECT_FALSE(PickleWasRun());
}

TEST_P(Checkpoint, CutAtAnyPlaceIsAnError) {
  const ScratchFolder folder;
  const std::string bytes = FileBytes(Fixture(GetParam()));
  for (std::size_t length = 0; length < bytes.size(); length += 64) {
    WriteBytes(folder / "cut.pth", bytes.substr(0, length));
    EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { ReadPth(folder / "cut.pth"); }), HasSubstr("cut.pth")) << length;
  }
}

TEST_P(Checkpoint, RandomDamageIsReadOrRefused) {
  const ScratchFolder folder;
  const std::string whole = FileBytes(Fixture(GetParam()));
  std::mt19937 random(20240301);
  int read = 0;
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    WriteBytes(folder / "damaged.pth", Mutated(whole, random));
    try {
      ReadPth(folder / "damaged.pth");
      ++read;
    } catch (const Error &error) {
      EXPECT_EQ(error.code(), ErrorCode::kModel);
      ++refused;
    }
  }
  EXPECT_GT(read, 50);
  EXPECT_GT(refused, 500);
  EXPECT_FALSE(PickleWasRun());
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Checkpoint,
                         ::testing::Values("checkpoint_zip.pth", "checkpoint_old.pth", "weights_protocol4.pth"),
                         [](const auto &fixture) {
                           return std::string(fixture.param, std::strcspn(fixture.param, "."));
                         });

TEST(CheckpointFile, WhatIsNoFileIsAnError) {
  const ScratchFolder folder;
  EXPECT_THAT(MessageOf(ErrorCode::kNotFound, [&] { ReadPth(folder / "absent.pth"); }), HasSubstr("absent.pth"));
  EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { ReadPth(folder.path().string()); }), HasSubstr("regular file"));
  WriteBytes(folder / "text.pth", std::string(1000, 'x'));
  EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { ReadPth(folder / "text.pth"); }), HasSubstr("no PyTorch checkpoint"));
}

// ---- The old layout by hand: pickles are built opcode by opcode.

std::string Little(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

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

// ---- The zip layout, patched.

/// The zip fixture and the places in it that the tests change.
struct ZipFixture {
  std::string bytes = FileBytes(Fixture("checkpoint_zip.pth"));
  std::size_t first_entry = bytes.find("PK\x01\x02");  ///< of the directory: data.pkl
  std::size_t end = bytes.rfind("PK\x05\x06");
  std::size_t locator64 = bytes.rfind("PK\x06\x07");
  std::size_t end64 = bytes.rfind("PK\x06\x06");

  void Put(std::size_t at, const std::string &value) { bytes.replace(at, value.size(), value); }
};

std::string MessageOfZip(const ZipFixture &zip) {
  const ScratchFolder folder;
  WriteBytes(folder / "hostile.pth", zip.bytes);
  const std::string message = MessageOf(ErrorCode::kModel, [&] { ReadPth(folder / "hostile.pth"); });
  EXPECT_THAT(message, HasSubstr("hostile.pth"));
  return message;
}

TEST(ZipLayout, IsReadWithAndWithoutThe64BitDirectory) {
  ZipFixture zip;
  ASSERT_EQ(zip.end64 + 56, zip.locator64);
  ASSERT_EQ(zip.locator64 + 20, zip.end);
  zip.bytes.erase(zip.end64, 76);
  const ScratchFolder folder;
  WriteBytes(folder / "short.pth", zip.bytes);
  EXPECT_EQ(ReadPth(folder / "short.pth").tensors.size(), 17U);
}

TEST(ZipLayout, ACompressedOrEncryptedEntryIsAnError) {
  ZipFixture zip;
  zip.Put(zip.first_entry + 10, Little(8, 2));
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("compressed"));
  zip = {};
  zip.Put(zip.first_entry + 8, Little(1, 2));
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("encrypted"));
}

TEST(ZipLayout, ADirectoryThatPointsElsewhereIsAnError) {
  for (const std::uint64_t place : {std::uint64_t{1} << 40, ~std::uint64_t{0}, std::uint64_t{5}}) {
    ZipFixture zip;
    zip.Put(zip.end64 + 48, Little(place, 8));
    MessageOfZip(zip);
    zip = {};
    zip.Put(zip.locator64 + 8, Little(place, 8));
    MessageOfZip(zip);
  }
  ZipFixture zip;
  zip.Put(zip.end64 + 40, Little(~std::uint64_t{0}, 8));  // its length
  MessageOfZip(zip);
}

TEST(ZipLayout, AnEntryThatPointsElsewhereIsAnError) {
  ZipFixture zip;
  zip.Put(zip.first_entry + 42, Little(1, 4));
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("not where the directory says"));
  zip = {};
  zip.Put(zip.first_entry + 42, Little(0x7FFFFFFF, 4));
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("behind its end"));
  zip = {};
  zip.Put(zip.first_entry + 20, Little(0x7FFFFFFF, 4) + Little(0x7FFFFFFF, 4));
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("bytes expected"));
  zip = {};
  zip.Put(zip.first_entry + 24, Little(1, 4));
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("two sizes"));
}

TEST(ZipLayout, AWrongNumberOfEntriesIsAnError) {
  ZipFixture zip;
  zip.Put(zip.end64 + 32, Little(1000, 8));
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("1000 announced"));
}

TEST(ZipLayout, AZipFileOfSomethingElseIsAnError) {
  ZipFixture zip;
  for (std::size_t at = zip.bytes.find("data.pkl"); at != std::string::npos; at = zip.bytes.find("data.pkl", at)) {
    zip.Put(at, "text.txt");
  }
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("no PyTorch checkpoint"));
}

TEST(ZipLayout, AStorageOfTheWrongSizeIsAnError) {
  ZipFixture zip{FileBytes(Fixture("weights_protocol4.pth"))};
  const std::size_t elements = zip.bytes.find("cpu\x94K") + 5;  // the first storage's
  ASSERT_EQ(zip.bytes[elements], 6);
  zip.Put(elements, "\x63");
  EXPECT_THAT(MessageOfZip(zip), HasSubstr("99 elements"));
}

}  // namespace
}  // namespace kpt::net
