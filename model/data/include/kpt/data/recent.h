// Keeps what was asked for last, so that memory stays bounded where pictures are many. Plain C++. Called by training
// and evaluation.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <utility>

namespace kpt::data {

/// The values of the keys that were asked for last; those of others are made again.
template <typename Key, typename Value>
class Recent {
 public:
  /// `most`: values that are kept, 1 or more.
  explicit Recent(std::size_t most) : most_(most) {}

  /// The key's value where it is kept, else null. Valid until the next call.
  const Value *Find(const Key &key) const {
    const auto place = places_.find(key);
    return place == places_.end() ? nullptr : &place->second->second;
  }

  /// The key's value, from `make()` where it is not kept. Valid until the next call. An exception of `make` passes
  /// through, and nothing is kept for the key.
  template <typename Make>
  const Value &Get(const Key &key, Make make) {
    const auto place = places_.find(key);
    if (place != places_.end()) {
      entries_.splice(entries_.begin(), entries_, place->second);
      return entries_.front().second;
    }
    entries_.emplace_front(key, make());
    places_[key] = entries_.begin();
    if (entries_.size() > most_) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
    }
    return entries_.front().second;
  }

 private:
  using Entries = std::list<std::pair<Key, Value>>;
  std::size_t most_;
  Entries entries_;  ///< the last one asked for is the first
  std::map<Key, typename Entries::iterator> places_;
};

}  // namespace kpt::data
