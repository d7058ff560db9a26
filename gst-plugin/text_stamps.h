// Text as small pictures of coverage, drawn once and kept: a frame's labels are the same from frame to frame.
// OpenCV draws the letters; it stays out of this header. Called by
// the overlay's painter and by `kpt annotate`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kpt::gst {

struct TextStamp {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> coverage;  ///< height rows of width values, 0 to 255
};

class TextStamps {
 public:
  /// Texts of more than `most_characters` are cut.
  explicit TextStamps(std::size_t most_characters = 40) : most_characters_(most_characters) {}

  /// `text` with capitals about `pixels` high. Valid until the next call. What is not ASCII shows
  /// as a question mark.
  const TextStamp &Get(const std::string &text, int pixels);

 private:
  std::size_t most_characters_;
  std::map<std::pair<std::string, int>, TextStamp> stamps_;
};

}  // namespace kpt::gst
