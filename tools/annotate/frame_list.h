// The frames that can be annotated: videos and pictures, in the order in which the user named them. Reads and keeps
// pixels; knows no annotation. Called by the controller.
#pragma once

#include <functional>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "editor.h"
#include "kpt/data/picture.h"
#include "kpt/data/recent.h"

namespace kpt::annotate {

/// A frame's place: in which source, and where in it.
struct Position {
  int source = 0;
  int index = 0;  ///< of a video the frame, counted from 0 as decoded; else the picture
};
inline bool operator==(const Position &a, const Position &b) { return a.source == b.source && a.index == b.index; }

/// A video, or pictures that were named together.
struct Source {
  std::string video;  ///< empty: pictures
  std::vector<std::string> pictures;
};

/// Asked now and then while a video is decoded on the way to a far frame, with the frame that was reached. False: stop.
using Progress = std::function<bool(int reached)>;

class FrameList {
 public:
  static constexpr int kFarAway = 1 << 30;  ///< an index behind every last frame

  /// At least one source. Throws Error (kNotFound, kInput) for a video that cannot be read.
  explicit FrameList(std::vector<Source> sources);

  /// Goes to the nearest frame to `wanted` that there is, and reads it into `*picture` (8-bit BGR). Throws Error
  /// (kInput) naming the file.
  Position Go(Position wanted, const Progress &progress, cv::Mat *picture);

  /// Likewise the frame `steps` further on; at the ends of a source the next one follows.
  Position Step(Position from, int steps, const Progress &progress, cv::Mat *picture);

  Frame At(Position position) const;

  /// Where a frame is; false where none of the sources shows it.
  bool Find(const FrameId &id, Position *position) const;

  bool IsVideo(int source) const { return entries_.at(static_cast<std::size_t>(source)).reader != nullptr; }
  int source_count() const { return static_cast<int>(entries_.size()); }

  /// Frames or pictures of a source; of a video what it says itself (`*exact` false) until its end was met.
  int Count(int source, bool *exact) const;

  /// "clip.mp4" or "img03.png".
  std::string NameOf(Position position) const;

 private:
  struct Entry {
    std::vector<std::string> paths;             ///< as the user names them; one of a video
    std::vector<FrameId> ids;                   ///< of the paths; of a video of its frame 0
    std::unique_ptr<data::VideoReader> reader;  ///< null for pictures
  };
  using Kept = data::Recent<std::pair<int, int>, cv::Mat>;

  const Entry &EntryOf(Position position) const { return entries_.at(static_cast<std::size_t>(position.source)); }
  Position GoInVideo(Position wanted, const Progress &progress, cv::Mat *picture);
  cv::Mat Read(Position position);
  cv::Mat ReadOne(Position position);

  std::vector<Entry> entries_;
  std::optional<Kept> kept_;  ///< made when a frame's size is known
  int most_kept_ = 0;
};

}  // namespace kpt::annotate
