// Properties as a table: one row says a property's name, sentence, range and where its value lives in the element's
// Settings; installing, setting, getting and reading it from a file are loops over the rows. Defaults are those of a
// default-constructed Settings. Knows no element; called by all of them.
#pragma once

#include <gst/gst.h>

#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace kpt::gst {

template <typename S>
struct IntField {
  int S::*member;
  int min;
  int max;
};

template <typename S>
struct FloatField {
  float S::*member;
  float min;
  float max;
};

/// A time in nanoseconds.
template <typename S>
struct TimeField {
  guint64 S::*member;
};

template <typename S>
struct BoolField {
  bool S::*member;
};

/// Text; NULL on the GObject side is the empty string here.
template <typename S>
struct TextField {
  std::string S::*member;
};

/// Text that can be set and not be read: whatever prints an element's properties must not print it.
template <typename S>
struct SecretField {
  std::string S::*member;
};

template <typename S>
struct EnumField {
  GType (*type)();
  int (*get)(const S &);
  void (*set)(S &, int);
};

/// EnumField of a member whose enumerators have the values of the GLib enum `type`.
template <typename S, auto kMember>
EnumField<S> MakeEnumField(GType (*type)()) {
  using E = std::decay_t<decltype(std::declval<S>().*kMember)>;
  return {type, [](const S &settings) { return static_cast<int>(settings.*kMember); },
          [](S &settings, int value) { settings.*kMember = static_cast<E>(value); }};
}

/// When a property may be changed, as gst-inspect-1.0 shows it.
inline constexpr int kWhenReady = GST_PARAM_MUTABLE_READY;
inline constexpr int kWhenPlaying = GST_PARAM_MUTABLE_PLAYING;
inline constexpr int kControllable = GST_PARAM_MUTABLE_PLAYING | GST_PARAM_CONTROLLABLE;

template <typename S>
struct Property {
  const char *name;
  const char *sentence;
  int when;
  std::variant<IntField<S>, FloatField<S>, TimeField<S>, BoolField<S>, TextField<S>, SecretField<S>, EnumField<S>>
      field;
};

template <typename S>
using PropertyTable = std::vector<Property<S>>;

/// The row behind a GObject property id (rows are numbered from 1), or null.
template <typename S>
const Property<S> *RowOf(const PropertyTable<S> &table, guint id) {
  return id >= 1 && id <= table.size() ? &table[id - 1] : nullptr;
}

template <typename S>
void InstallProperties(GObjectClass *klass, const PropertyTable<S> &table) {
  const S defaults{};
  for (guint id = 1; id <= table.size(); ++id) {
    const Property<S> &row = table[id - 1];
    const auto flags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | row.when);
    GParamSpec *spec = std::visit(
        [&](const auto &field) -> GParamSpec * {
          using Field = std::decay_t<decltype(field)>;
          const char *name = row.name;
          if constexpr (std::is_same_v<Field, IntField<S>>) {
            return g_param_spec_int(name, name, row.sentence, field.min, field.max, defaults.*field.member, flags);
          } else if constexpr (std::is_same_v<Field, FloatField<S>>) {
            return g_param_spec_float(name, name, row.sentence, field.min, field.max, defaults.*field.member, flags);
          } else if constexpr (std::is_same_v<Field, TimeField<S>>) {
            return g_param_spec_uint64(name, name, row.sentence, 0, G_MAXUINT64, defaults.*field.member, flags);
          } else if constexpr (std::is_same_v<Field, BoolField<S>>) {
            return g_param_spec_boolean(name, name, row.sentence, defaults.*field.member, flags);
          } else if constexpr (std::is_same_v<Field, TextField<S>>) {
            const std::string &text = defaults.*field.member;
            return g_param_spec_string(name, name, row.sentence, text.empty() ? nullptr : text.c_str(), flags);
          } else if constexpr (std::is_same_v<Field, SecretField<S>>) {
            const auto write_only = static_cast<GParamFlags>(flags & ~G_PARAM_READABLE);
            return g_param_spec_string(name, name, row.sentence, nullptr, write_only);
          } else {
            return g_param_spec_enum(name, name, row.sentence, field.type(), field.get(defaults), flags);
          }
        },
        row.field);
    g_object_class_install_property(klass, id, spec);
  }
}

template <typename S>
void SetFromValue(const Property<S> &row, const GValue *value, S &settings) {
  std::visit(
      [&](const auto &field) {
        using Field = std::decay_t<decltype(field)>;
        if constexpr (std::is_same_v<Field, IntField<S>>) {
          settings.*field.member = g_value_get_int(value);
        } else if constexpr (std::is_same_v<Field, FloatField<S>>) {
          settings.*field.member = g_value_get_float(value);
        } else if constexpr (std::is_same_v<Field, TimeField<S>>) {
          settings.*field.member = g_value_get_uint64(value);
        } else if constexpr (std::is_same_v<Field, BoolField<S>>) {
          settings.*field.member = g_value_get_boolean(value) != FALSE;
        } else if constexpr (std::is_same_v<Field, TextField<S>> || std::is_same_v<Field, SecretField<S>>) {
          const char *text = g_value_get_string(value);
          settings.*field.member = text != nullptr ? text : "";
        } else {
          field.set(settings, g_value_get_enum(value));
        }
      },
      row.field);
}

template <typename S>
void GetIntoValue(const Property<S> &row, const S &settings, GValue *value) {
  std::visit(
      [&](const auto &field) {
        using Field = std::decay_t<decltype(field)>;
        if constexpr (std::is_same_v<Field, IntField<S>>) {
          g_value_set_int(value, settings.*field.member);
        } else if constexpr (std::is_same_v<Field, FloatField<S>>) {
          g_value_set_float(value, settings.*field.member);
        } else if constexpr (std::is_same_v<Field, TimeField<S>>) {
          g_value_set_uint64(value, settings.*field.member);
        } else if constexpr (std::is_same_v<Field, BoolField<S>>) {
          g_value_set_boolean(value, settings.*field.member);
        } else if constexpr (std::is_same_v<Field, TextField<S>>) {
          const std::string &text = settings.*field.member;
          g_value_set_string(value, text.empty() ? nullptr : text.c_str());
        } else if constexpr (std::is_same_v<Field, SecretField<S>>) {
          g_value_set_string(value, nullptr);
        } else {
          g_value_set_enum(value, field.get(settings));
        }
      },
      row.field);
}

/// Copies the value of one row from one Settings to another.
template <typename S>
void CopyValue(const Property<S> &row, const S &from, S *to) {
  std::visit(
      [&](const auto &field) {
        if constexpr (std::is_same_v<std::decay_t<decltype(field)>, EnumField<S>>) {
          field.set(*to, field.get(from));
        } else {
          to->*field.member = from.*field.member;
        }
      },
      row.field);
}

}  // namespace kpt::gst

/// Defines `GType function()`, a GLib enum type made once, from rows {value, "what it means", "nick"}.
#define KPT_DEFINE_ENUM(function, type_name, ...)                             \
  GType function() {                                                          \
    static const GEnumValue kValues[] = {__VA_ARGS__, {0, nullptr, nullptr}}; \
    static const GType kType = g_enum_register_static(type_name, kValues);    \
    return kType;                                                             \
  }
