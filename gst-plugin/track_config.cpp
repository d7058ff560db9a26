// See track_config.h. yaml-cpp stays in this file.
#include "track_config.h"

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <filesystem>

#include "kpt/base/error.h"
#include "kpt/base/require_file.h"

namespace kpt::gst {
namespace {

using S = TrackSettings;
namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxBytes = 1 << 20;  // a configuration is a few lines: more is the wrong file

[[noreturn]] void Fail(const std::string &file, const YAML::Mark &mark, const std::string &what) {
  throw Error(ErrorCode::kInvalidArgument, file + ":" + std::to_string(mark.line + 1) + ": " + what);
}

/// The number that `node` holds, checked against the row's range.
template <typename T>
T ReadNumber(const std::string &file, const std::string &key, const YAML::Node &node, T min, T max) {
  T number{};
  if (!YAML::convert<T>::decode(node, number) || !(number >= min) || !(number <= max)) {
    Fail(file, node.Mark(),
         key + ": '" + node.Scalar() + "' is not a number from " + std::to_string(min) + " to " + std::to_string(max) +
             ".");
  }
  return number;
}

bool ReadBool(const std::string &file, const std::string &key, const YAML::Node &node) {
  bool value = false;
  if (!YAML::convert<bool>::decode(node, value)) {
    Fail(file, node.Mark(), key + ": '" + node.Scalar() + "' is neither true nor false.");
  }
  return value;
}

int ReadEnum(const std::string &file, const std::string &key, const YAML::Node &node, GType type) {
  auto *klass = static_cast<GEnumClass *>(g_type_class_ref(type));
  const GEnumValue *value = g_enum_get_value_by_nick(klass, node.Scalar().c_str());
  std::string known;
  for (guint i = 0; i < klass->n_values; ++i) known += std::string(i > 0 ? ", " : "") + klass->values[i].value_nick;
  const int number = value != nullptr ? value->value : 0;
  g_type_class_unref(klass);
  if (value == nullptr) Fail(file, node.Mark(), key + ": '" + node.Scalar() + "' is not one of " + known + ".");
  return number;
}

/// Paths in the file are relative to it.
std::string ReadText(const std::string &file, const Property<S> &row, const YAML::Node &node) {
  const std::string name = row.name;
  const fs::path text = node.Scalar();
  const bool is_path = name == "support-file" || name == "model-file";
  if (!is_path || text.empty()) return text.string();
  return (fs::path(file).parent_path() / text).string();  // an absolute path stays itself
}

void ReadValue(const std::string &file, const Property<S> &row, const YAML::Node &node, S *settings) {
  if (!node.IsScalar()) Fail(file, node.Mark(), std::string(row.name) + ": expected a single value.");
  std::visit(
      [&](const auto &field) {
        using Field = std::decay_t<decltype(field)>;
        if constexpr (std::is_same_v<Field, IntField<S>> || std::is_same_v<Field, FloatField<S>>) {
          settings->*field.member = ReadNumber(file, row.name, node, field.min, field.max);
        } else if constexpr (std::is_same_v<Field, TextField<S>>) {
          settings->*field.member = ReadText(file, row, node);
        } else if constexpr (std::is_same_v<Field, EnumField<S>>) {
          field.set(*settings, ReadEnum(file, row.name, node, field.type()));
        } else if constexpr (std::is_same_v<Field, BoolField<S>>) {
          settings->*field.member = ReadBool(file, row.name, node);
        } else {
          static_assert(std::is_same_v<Field, TimeField<S>> || std::is_same_v<Field, SecretField<S>>);
          Fail(file, node.Mark(), std::string(row.name) + ": cannot be set in a file.");
        }
      },
      row.field);
}

YAML::Node Parse(const std::string &file) {
  RequireFile(file, ErrorCode::kInvalidArgument, "config-file: ");
  std::error_code ignored;
  if (fs::file_size(file, ignored) > kMaxBytes) {
    throw Error(ErrorCode::kInvalidArgument, file + ": larger than 1 MiB, which no configuration file is.");
  }
  try {
    return YAML::LoadFile(file);
  } catch (const YAML::Exception &error) {
    Fail(file, error.mark, error.msg);
  }
}

const Property<S> *Find(const std::string &key) {
  if (key == "config-file") return nullptr;
  for (const auto &row : TrackProperties()) {
    if (key == row.name) return &row;
  }
  return nullptr;
}

}  // namespace

std::vector<const Property<S> *> ReadTrackConfig(const std::string &file, S *settings) {
  std::vector<const Property<S> *> rows;
  const YAML::Node root = Parse(file);
  if (root.IsNull()) return rows;
  if (!root.IsMap()) Fail(file, root.Mark(), "expected lines of the form 'property-name: value'.");
  for (const auto &entry : root) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
    const Property<S> *row = Find(key);
    if (row == nullptr) {
      Fail(file, entry.first.Mark(), "'" + key + "' is not a property of keypointtrack that a file can set.");
    }
    ReadValue(file, *row, entry.second, settings);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace kpt::gst
