// safetensors in and out, and what hostile files do: an error that names file and tensor, nothing worse.
#include "kpt/net/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "testing/file_testing.h"

namespace kpt::net {
namespace {

using ::testing::ElementsAre;
using testing::FileBytes;
using ::testing::HasSubstr;
using testing::Little;
using testing::MessageOf;
using testing::Mutated;
using testing::ScratchFolder;
using testing::WriteBytes;

template <typename Value>
RawTensor Raw(ElementType type, std::vector<std::int64_t> shape, const std::vector<Value> &values) {
  return {type, std::move(shape), reinterpret_cast<const std::uint8_t *>(values.data()), values.size() * sizeof(Value)};
}

/// A file's bytes: header length, header, data.
std::string FileOf(const std::string &header, const std::string &data = "") {
  return Little(header.size(), 8) + header + data;
}

const std::vector<float> kFloats = {1.5F, -2, 3, 4, 5, 6};
const std::vector<std::int64_t> kLongs = {-7};
const std::vector<std::uint8_t> kBytes = {1, 2, 3};

void WriteSmallFile(const std::string &path) {
  WriteSafetensors(path,
                   {{"a.weight", Raw(ElementType::kF32, {2, 3}, kFloats)},
                    {"count", Raw(ElementType::kI64, {}, kLongs)},
                    {"empty", Raw(ElementType::kF32, {0, 4}, std::vector<float>{})},
                    {"odd", Raw(ElementType::kU8, {3}, kBytes)}},
                   {{"net.channels", "8"}, {"note", "\"quoted\" \xc3\xa9"}});
}

TEST(Safetensors, WhatIsWrittenIsRead) {
  const ScratchFolder folder;
  WriteSmallFile(folder / "a.safetensors");
  const SafetensorsFile file = SafetensorsFile::Read(folder / "a.safetensors");
  EXPECT_EQ(file.path(), folder / "a.safetensors");
  EXPECT_EQ(file.metadata().at("note"), "\"quoted\" \xc3\xa9");
  ASSERT_EQ(file.tensors().size(), 4U);
  const RawTensor &weight = file.tensors().at("a.weight");
  EXPECT_EQ(weight.type, ElementType::kF32);
  EXPECT_THAT(weight.shape, ElementsAre(2, 3));
  ASSERT_EQ(weight.bytes, 24U);
  EXPECT_EQ(std::memcmp(weight.data, kFloats.data(), 24), 0);
  EXPECT_TRUE(file.tensors().at("count").shape.empty());
  EXPECT_EQ(std::memcmp(file.tensors().at("count").data, kLongs.data(), 8), 0);
  EXPECT_EQ(file.tensors().at("empty").bytes, 0U);
  EXPECT_EQ(file.tensors().at("odd").data[2], 3);
}

TEST(Safetensors, EveryTypeKeepsItsName) {
  const ScratchFolder folder;
  const std::vector<std::uint8_t> zeros(8);
  std::map<std::string, RawTensor> tensors;
  for (int type = 0; type <= static_cast<int>(ElementType::kF64); ++type) {
    const auto element = static_cast<ElementType>(type);
    tensors["t" + std::to_string(type)] = {element, {1}, zeros.data(), ElementSize(element)};
  }
  WriteSafetensors(folder / "types", tensors, {});
  const SafetensorsFile file = SafetensorsFile::Read(folder / "types");
  ASSERT_EQ(file.tensors().size(), tensors.size());
  for (const auto &[name, tensor] : tensors) EXPECT_EQ(file.tensors().at(name).type, tensor.type);
}

TEST(Safetensors, WrittenTensorsAreAlignedInTheFile) {
  const ScratchFolder folder;
  WriteSmallFile(folder / "a");
  const std::string bytes = FileBytes(folder / "a");
  const auto header = static_cast<unsigned char>(bytes[0]) + 256U * static_cast<unsigned char>(bytes[1]);
  EXPECT_EQ(header % 8, 0U);
  const SafetensorsFile file = SafetensorsFile::Read(folder / "a");
  for (const auto &[name, tensor] : file.tensors()) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.data) % ElementSize(tensor.type), 0U) << name;
  }
}

TEST(Safetensors, NoTensorsAndNoMetadataIsAFileToo) {
  const ScratchFolder folder;
  WriteSafetensors(folder / "a", {}, {});
  EXPECT_TRUE(SafetensorsFile::Read(folder / "a").tensors().empty());
}

TEST(Safetensors, AMovedFileKeepsItsTensors) {
  const ScratchFolder folder;
  WriteSmallFile(folder / "a");
  SafetensorsFile first = SafetensorsFile::Read(folder / "a");
  const SafetensorsFile second = std::move(first);
  EXPECT_EQ(std::memcmp(second.tensors().at("a.weight").data, kFloats.data(), 24), 0);
}

TEST(Safetensors, WritingReplacesAtOnceAndLeavesNothingBeside) {
  const ScratchFolder folder;
  WriteBytes(folder / "a", "old");
  WriteSmallFile(folder / "a");
  EXPECT_EQ(SafetensorsFile::Read(folder / "a").tensors().size(), 4U);
  std::filesystem::create_directory(folder / "taken");
  EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { WriteSmallFile(folder / "taken"); }), HasSubstr("taken"));
  EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { WriteSmallFile(folder / "no/such/folder"); }), HasSubstr("no/such"));
  const auto entries = std::filesystem::directory_iterator(folder.path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 2);
}

TEST(Safetensors, WhatDoesNotFitIsNotWritten) {
  const ScratchFolder folder;
  const auto message = [&](const std::string &name, const RawTensor &tensor) {
    return MessageOf(ErrorCode::kModel, [&] { WriteSafetensors(folder / "a", {{name, tensor}}, {}); });
  };
  EXPECT_THAT(message("w", Raw(ElementType::kF32, {2, 2}, kFloats)), HasSubstr("'w'"));
  EXPECT_THAT(message("w", Raw(ElementType::kF32, {-1, -6}, kFloats)), HasSubstr("'w'"));
  EXPECT_THAT(message("__metadata__", Raw(ElementType::kF32, {6}, kFloats)), HasSubstr("__metadata__"));
  EXPECT_THAT(message("\xff", Raw(ElementType::kF32, {6}, kFloats)), HasSubstr("UTF-8"));
  EXPECT_FALSE(std::filesystem::exists(folder / "a"));
}

TEST(Safetensors, WhatIsNoFileIsAnError) {
  const ScratchFolder folder;
  EXPECT_THAT(MessageOf(ErrorCode::kNotFound, [&] { SafetensorsFile::Read(folder / "absent"); }), HasSubstr("absent"));
  EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { SafetensorsFile::Read(folder.path().string()); }),
              HasSubstr("is a folder"));
  EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { SafetensorsFile::Read("/dev/zero"); }), HasSubstr("regular file"));
}

TEST(Safetensors, EveryTruncationIsAnError) {
  const ScratchFolder folder;
  WriteSmallFile(folder / "whole");
  const std::string bytes = FileBytes(folder / "whole");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    WriteBytes(folder / "cut", bytes.substr(0, length));
    EXPECT_THAT(MessageOf(ErrorCode::kModel, [&] { SafetensorsFile::Read(folder / "cut"); }), HasSubstr("cut"))
        << length;
  }
}

struct Hostile {
  const char *name;
  std::string file;
  const char *problem;  ///< what the message must say
};

std::string OneTensor(const std::string &fields, const std::string &data = "1234") {
  return FileOf("{\"w\":{" + fields + "}}", data);
}

std::string WithShape(const std::string &shape) {
  return OneTensor("\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":[0,4]");
}

std::string WithOffsets(const std::string &offsets) {
  return OneTensor("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":" + offsets);
}

std::string TwoTensors(const std::string &first, const std::string &second, const std::string &data) {
  const auto tensor = [](const char *name, const std::string &offsets) {
    return std::string("\"") + name + "\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":" + offsets + "}";
  };
  return FileOf("{" + tensor("v", first) + "," + tensor("w", second) + "}", data);
}

/// `opening`, then as many entries with this value as make a header of a few MB.
std::string ManyEntries(const std::string &opening, const std::string &value) {
  std::string header = opening;
  for (int i = 0; i < 100001; ++i) header += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":" + value;
  return FileOf(header);
}

std::vector<Hostile> HostileFiles() {
  const std::string good = "\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]";
  return {
      {"Empty", "", "too early"},
      {"OnlyALength", std::string(8, '\0'), "begins with '{'"},
      {"HeaderLongerThanFile", std::string("\x09\0\0\0\0\0\0\0{}", 10), "header of 9"},
      {"HeaderOfAllTheMemory", std::string(8, '\xff') + "{}", "header of 18446744073709551615"},
      {"HeaderLongerThanTheLimit", FileOf("{}").replace(3, 1, "\x7f"), "header of"},
      {"NotJson", FileOf("{abc}"), "JSON"},
      {"CutJson", FileOf("{\"w\":{"), "JSON"},
      {"Array", FileOf("[]"), "begins with '{'"},
      {"SpaceFirst", FileOf(" {}"), "begins with '{'"},
      {"ByteOrderMark", FileOf("\xef\xbb\xbf{}"), "begins with '{'"},
      {"GarbageAfter", FileOf("{}{}"), "JSON"},
      {"NulAfter", FileOf(std::string("{}\0", 3)), "no text"},
      {"NotUtf8", FileOf("{\"\xff\":{" + good + "}}", "1234"), "UTF-8"},
      {"DeepNesting", FileOf("{\"w\":" + std::string(100000, '[')), "'w'"},
      {"DeepObjects", FileOf("{\"w\":{\"dtype\":" + std::string(100, '{')), "'w'"},
      {"TensorIsNumber", FileOf("{\"w\":1}"), "'w' is a number"},
      {"TensorIsNull", FileOf("{\"w\":null}"), "'w' is null"},
      {"TensorTwice", FileOf("{\"w\":{" + good + "},\"w\":{" + good + "}}", "1234"), "'w' is there twice"},
      {"FieldTwice", OneTensor("\"dtype\":\"F32\"," + good), "'w' has two fields dtype"},
      {"UnknownField", OneTensor(good + ",\"code\":\"x\""), "'code'"},
      {"NoShape", OneTensor("\"dtype\":\"F32\",\"data_offsets\":[0,4]"), "'w' needs"},
      {"NoDtype", OneTensor("\"shape\":[1],\"data_offsets\":[0,4]"), "'w' needs"},
      {"NoOffsets", OneTensor("\"dtype\":\"F32\",\"shape\":[1]"), "'w' needs"},
      {"UnknownDtype", OneTensor("\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]"), "'F8_E4M3'"},
      {"DtypeIsNumber", OneTensor("\"dtype\":4,\"shape\":[1],\"data_offsets\":[0,4]"), "a number in its dtype"},
      {"ShapeIsText", WithShape("\"1\""), "a string in its shape"},
      {"NegativeSize", WithShape("[-1]"), "a negative number in its shape"},
      {"FractionalSize", WithShape("[1.0]"), "no integer in its shape"},
      {"BooleanSize", WithShape("[true]"), "true or false in its shape"},
      {"NestedShape", WithShape("[[1]]"), "an array in its shape"},
      {"SizeBeyondSixtyFourBits", WithShape("[99999999999999999999]"), "no integer in its shape"},
      {"SizeBeyondSixtyThreeBits", WithShape("[18446744073709551615]"), "absurd"},
      {"ProductOverflows", WithShape("[4294967296,4294967296]"), "absurd"},
      {"ProductWrapsToFour", WithShape("[3,6148914691236517206]"), "absurd"},
      {"EmptyButAbsurd", OneTensor("\"dtype\":\"F32\",\"shape\":[0,4294967296,4294967296],\"data_offsets\":[0,0]", ""),
       "absurd"},
      {"ManyDimensions", WithShape("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]"), "16 dimensions"},
      {"BytesDoNotFitShape", WithShape("[2]"), "its shape and dtype make 8"},
      {"OneOffset", WithOffsets("[0]"), "two data_offsets"},
      {"ThreeOffsets", WithOffsets("[0,4,4]"), "two data_offsets"},
      {"NegativeOffset", WithOffsets("[-4,0]"), "a negative number in its data_offsets"},
      {"OffsetsBackwards", WithOffsets("[4,0]"), "ends before it begins"},
      {"OffsetPastTheEnd", WithOffsets("[4,8]"), "ends at byte 8"},
      {"OffsetsWrap", WithOffsets("[18446744073709551612,18446744073709551615]"), "ends at byte"},
      {"HoleAtTheStart", TwoTensors("[1,3]", "[3,5]", "12345"), "hole"},
      {"HoleBetween", TwoTensors("[0,2]", "[3,5]", "12345"), "'w' leaves a hole"},
      {"Overlap", TwoTensors("[0,2]", "[1,3]", "123"), "'w' overlaps"},
      {"SameBytesTwice", TwoTensors("[0,2]", "[0,2]", "12"), "overlaps"},
      {"BytesOfNobody", OneTensor(good, "12345"), "1 bytes after the last"},
      {"MetadataIsText", FileOf("{\"__metadata__\":\"x\"}"), "'__metadata__' is a string"},
      {"MetadataHoldsNumber", FileOf("{\"__metadata__\":{\"a\":1}}"), "text for the key 'a'"},
      {"MetadataHoldsObject", FileOf("{\"__metadata__\":{\"a\":{}}}"), "'__metadata__'"},
      {"MetadataKeyTwice", FileOf("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}"), "'a' twice"},
      {"MetadataTwice", FileOf("{\"__metadata__\":{},\"__metadata__\":{}}"), "twice"},
      {"NotABoolean", OneTensor("\"dtype\":\"BOOL\",\"shape\":[4],\"data_offsets\":[0,4]", std::string("\0\1\2\0", 4)),
       "neither 0 nor 1"},
      {"ManyTensors", ManyEntries("{", "{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}"), "more than 100000"},
      {"ManyMetadata", ManyEntries("{\"__metadata__\":{", "\"\""), "more than 100000"},
      {"ControlCharactersInAName", FileOf("{\"a\\u0007b\\n\":1}"), "'a?b?'"},
      {"EndlessName", FileOf("{\"" + std::string(100000, 'n') + "\":1}"), "nnn...'"},
  };
}

class HostileSafetensors : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileSafetensors, IsAnErrorThatNamesFileAndProblem) {
  const ScratchFolder folder;
  WriteBytes(folder / "hostile.safetensors", GetParam().file);
  const std::string message =
      MessageOf(ErrorCode::kModel, [&] { SafetensorsFile::Read(folder / "hostile.safetensors"); });
  EXPECT_THAT(message, HasSubstr("hostile.safetensors: "));
  EXPECT_THAT(message, HasSubstr(GetParam().problem));
  EXPECT_LT(message.size(), 500U);
}

INSTANTIATE_TEST_SUITE_P(Table, HostileSafetensors, ::testing::ValuesIn(HostileFiles()),
                         [](const auto &hostile) { return std::string(hostile.param.name); });

TEST(Safetensors, TheHostileTablesFormIsReadWhereItIsSound) {
  const ScratchFolder folder;
  for (const std::string &file : {WithShape("[1]"), WithOffsets("[0,4] "), TwoTensors("[2,4]", "[0,2]", "1234"),
                                  FileOf("{\"__metadata__\":{}}  ")}) {
    WriteBytes(folder / "sound", file);
    EXPECT_NO_THROW(SafetensorsFile::Read(folder / "sound"));
  }
}

TEST(Safetensors, RandomDamageIsReadOrRefused) {
  const ScratchFolder folder;
  WriteSmallFile(folder / "whole");
  const std::string whole = FileBytes(folder / "whole");
  std::mt19937 random(20240229);
  std::uint64_t sum = 0;  // touches every byte that a reader hands out
  int refused = 0;
  for (int i = 0; i < 4000; ++i) {
    WriteBytes(folder / "damaged", Mutated(whole, random));
    try {
      const SafetensorsFile file = SafetensorsFile::Read(folder / "damaged");
      for (const auto &[name, tensor] : file.tensors()) {
        for (std::size_t byte = 0; byte < tensor.bytes; ++byte) sum += tensor.data[byte];
      }
    } catch (const Error &error) {
      EXPECT_EQ(error.code(), ErrorCode::kModel);
      ++refused;
    }
  }
  EXPECT_GT(refused, 2000);
  EXPECT_LT(refused, 4000) << "damage to the tensors' own bytes cannot be noticed";
  EXPECT_GT(sum, 0U);
}

}  // namespace
}  // namespace kpt::net
