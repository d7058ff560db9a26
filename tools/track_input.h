// What `kpt track` and `kpt annotate` read from: a video file, a folder or pattern of pictures, a camera, a network
// stream. Only names are looked at here; nothing is decoded.
#pragma once

#include <string>
#include <vector>

namespace kpt::tools {

struct TrackInput {
  enum class Kind { kFile, kPictures, kUri };
  Kind kind = Kind::kFile;
  std::string text;                   ///< as the user wrote it
  std::string uri;                    ///< kUri; for the results' header also of a folder
  std::vector<std::string> pictures;  ///< kPictures, in natural order ("2" before "10")
  bool is_live = false;               ///< frames come in their own time; late ones are dropped
};

/// Whether a command reads cameras and network streams.
enum class Streams { kTaken, kRefused };

/// Throws CommandError (kInputError): nothing there, an empty file, no pictures, a stream that is refused.
TrackInput ParseInput(const std::string &text, Streams streams);

}  // namespace kpt::tools
