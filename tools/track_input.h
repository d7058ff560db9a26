// What `kpt track` reads from: a video file, a folder or pattern of pictures, a camera, a network stream. Only names
// are looked at here; nothing is decoded.
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

/// Throws CommandError (kInputError): nothing there, an empty file, no pictures.
TrackInput ParseInput(const std::string &text);

}  // namespace kpt::tools
