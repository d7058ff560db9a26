// A mapping of a YAML file, read key by key: wrong values and unknown keys are errors that name file, line and key.
// Knows no setting by name. Used by the configuration reader.
#pragma once

#include <yaml-cpp/yaml.h>

#include <map>
#include <set>
#include <string>
#include <utility>

#include "kpt/base/error.h"

namespace kpt::train {

/// One mapping of the file. Every key that is read is remembered; `Finish` complains of the others.
class Section {
 public:
  Section(YAML::Node node, std::string file, std::string name)
      : node_(std::move(node)), file_(std::move(file)), name_(std::move(name)) {
    if (node_.IsDefined() && !node_.IsNull() && !node_.IsMap())
      Fail(node_, (name_.empty() ? "" : name_ + ": ") + "is not a mapping of settings to values");
  }

  template <typename T>
  void Read(const char *key, T *value) {
    known_.insert(key);
    if (!Has(key)) return;
    try {
      *value = node_[key].as<T>();
    } catch (const YAML::Exception &) {
      Fail(node_[key], Path(key) + ": cannot be read as " +
                           (std::is_same_v<T, std::string> ? "a text" : "the expected number or list"));
    }
  }

  /// A number within bounds.
  template <typename T>
  void Read(const char *key, T *value, T least, T most) {
    Read(key, value);
    if (*value >= least && *value <= most) return;
    Fail(Has(key) ? node_[key] : node_,
         Path(key) + ": is out of range (" + std::to_string(least) + " to " + std::to_string(most) + ")");
  }

  /// One of several names.
  template <typename T>
  void Read(const char *key, T *value, const std::map<std::string, T> &names) {
    std::string name, known;
    Read(key, &name);
    if (name.empty()) return;
    for (const auto &item : names) known += (known.empty() ? "" : ", ") + item.first;
    const auto found = names.find(name);
    if (found == names.end()) Fail(node_[key], Path(key) + ": '" + name + "' is none of: " + known);
    *value = found->second;
  }

  Section Sub(const char *key) {
    known_.insert(key);
    return {Has(key) ? node_[key] : YAML::Node(), file_, Path(key)};
  }

  void Finish() const {
    if (!node_.IsMap()) return;
    for (const auto &item : node_) {
      const auto key = item.first.as<std::string>();
      if (known_.count(key) == 0) Fail(item.first, Path(key) + ": is no setting of a training run");
    }
  }

 private:
  bool Has(const std::string &key) const { return node_.IsMap() && node_[key].IsDefined() && !node_[key].IsNull(); }
  std::string Path(const std::string &key) const { return name_.empty() ? key : name_ + "." + key; }
  [[noreturn]] void Fail(const YAML::Node &at, const std::string &what) const {
    throw Error(ErrorCode::kInput, file_ + ":" + std::to_string(at.Mark().line + 1) + ": " + what);
  }

  YAML::Node node_;
  std::string file_, name_;
  std::set<std::string> known_;
};

}  // namespace kpt::train
