// See frame_list.h.
#include "frame_list.h"

#include <algorithm>
#include <filesystem>

#include "kpt/base/error.h"

namespace kpt::annotate {
namespace {

constexpr std::size_t kKeptBytes = std::size_t{300} << 20;  ///< of decoded frames
constexpr int kFewestKept = 4, kMostKept = 64;              ///< frames
constexpr int kFramesAtOnce = 32;                           ///< decoded before progress is told

}  // namespace

FrameList::FrameList(std::vector<Source> sources) {
  for (Source &source : sources) {
    Entry entry;
    if (source.video.empty()) {
      entry.paths = std::move(source.pictures);
    } else {
      entry.paths = {source.video};
      entry.reader = std::make_unique<data::VideoReader>(source.video);
    }
    for (const std::string &path : entry.paths) entry.ids.push_back(FrameId::Of(path, entry.reader ? 0 : -1));
    entries_.push_back(std::move(entry));
  }
}

Position FrameList::Go(Position wanted, const Progress &progress, cv::Mat *picture) {
  wanted.source = std::clamp(wanted.source, 0, source_count() - 1);
  wanted.index = std::clamp(wanted.index, 0, kFarAway);
  if (IsVideo(wanted.source)) return GoInVideo(wanted, progress, picture);
  wanted.index = std::min(wanted.index, static_cast<int>(EntryOf(wanted).paths.size()) - 1);
  *picture = Read(wanted);
  return wanted;
}

Position FrameList::GoInVideo(Position wanted, const Progress &progress, cv::Mat *picture) {
  data::VideoReader &reader = *EntryOf(wanted).reader;
  while (reader.KnownFrames() < 0 && wanted.index > reader.NextFrame() &&
         !reader.Approach(wanted.index, kFramesAtOnce)) {
    if (progress && !progress(reader.NextFrame())) wanted.index = reader.NextFrame();
  }
  const auto last = [&] { return std::max(0, reader.KnownFrames() - 1); };
  if (reader.KnownFrames() >= 0) wanted.index = std::min(wanted.index, last());
  try {
    *picture = Read(wanted);
  } catch (const Error &) {
    if (reader.KnownFrames() <= 0 || wanted.index < reader.KnownFrames()) throw;  // not because it ends here
    wanted.index = last();
    *picture = Read(wanted);
  }
  return wanted;
}

Position FrameList::Step(Position from, int steps, const Progress &progress, cv::Mat *picture) {
  if (steps < 0 && from.index == 0 && from.source > 0) return Go({from.source - 1, kFarAway}, progress, picture);
  const Position there = Go({from.source, from.index + steps}, progress, picture);
  const bool at_end = steps > 0 && there == from && from.source + 1 < source_count();
  return at_end ? Go({from.source + 1, 0}, progress, picture) : there;
}

cv::Mat FrameList::Read(Position position) {
  const Entry &entry = EntryOf(position);
  const bool kept = kept_ && kept_->Find({position.source, position.index}) != nullptr;
  if (!kept && entry.reader && position.index < entry.reader->NextFrame()) {
    // Going back is slow, so the frames before are kept too: they are the next steps.
    for (int i = std::max(0, position.index - most_kept_ / 3); i < position.index; ++i) ReadOne({position.source, i});
  }
  return ReadOne(position);
}

cv::Mat FrameList::ReadOne(Position position) {
  const auto read = [&] {
    const Entry &entry = EntryOf(position);
    return entry.reader ? entry.reader->Frame(position.index)
                        : data::ReadPicture(entry.paths.at(static_cast<std::size_t>(position.index)));
  };
  if (!kept_) {
    const cv::Mat first = read();
    most_kept_ = std::clamp(static_cast<int>(kKeptBytes / (first.total() * first.elemSize())), kFewestKept, kMostKept);
    kept_.emplace(static_cast<std::size_t>(most_kept_));
    return kept_->Get({position.source, position.index}, [&] { return first; });
  }
  return kept_->Get({position.source, position.index}, read);
}

Frame FrameList::At(Position position) const {
  const Entry &entry = EntryOf(position);
  const auto place = entry.reader ? std::size_t{0} : static_cast<std::size_t>(position.index);
  FrameId id = entry.ids.at(place);
  if (entry.reader) id.frame = position.index;
  return {std::move(id), entry.paths.at(place)};
}

bool FrameList::Find(const FrameId &id, Position *position) const {
  for (int s = 0; s < source_count(); ++s) {
    const Entry &entry = EntryOf({s, 0});
    for (std::size_t i = 0; i < entry.ids.size(); ++i) {
      if ((entry.reader != nullptr) != (id.frame >= 0) || entry.ids[i].file != id.file) continue;
      *position = {s, entry.reader ? id.frame : static_cast<int>(i)};
      return true;
    }
  }
  return false;
}

int FrameList::Count(int source, bool *exact) const {
  const Entry &entry = EntryOf({source, 0});
  const int known = entry.reader ? entry.reader->KnownFrames() : static_cast<int>(entry.paths.size());
  *exact = known >= 0;
  return known >= 0 ? known : entry.reader->EstimatedFrames();
}

std::string FrameList::NameOf(Position position) const {
  return std::filesystem::path(At(position).path).filename().string();
}

}  // namespace kpt::annotate
