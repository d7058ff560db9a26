// See text_stamps.h. Letters are drawn several times too large and averaged down: OpenCV's own smoothing is coarse at
// the sizes of labels.
#include "text_stamps.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace kpt::gst {
namespace {

constexpr int kOversampling = 4;
constexpr int kFont = cv::FONT_HERSHEY_DUPLEX;
constexpr double kCapitalPixels = 21;  // height of a capital of this font at scale 1
constexpr std::size_t kMaxStamps = 512;

/// One question mark for each character outside ASCII, not one for each of its bytes.
std::string Printable(const std::string &text, std::size_t most_characters) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // goes on with the character before
    out += byte >= 0x20 && byte < 0x7F ? c : '?';
    if (out.size() == most_characters) break;
  }
  return out;
}

TextStamp Draw(const std::string &text, int pixels) {
  const int capital = pixels * kOversampling;
  const double scale = capital / kCapitalPixels;
  const int thickness = std::max(1, static_cast<int>(scale * 1.6 + 0.5));
  const int margin = capital / 2;  // all around; descenders reach into it
  int unused_baseline = 0;
  const cv::Size size = cv::getTextSize(text, kFont, scale, thickness, &unused_baseline);
  cv::Mat large(capital + 2 * margin, size.width + 4 * margin, CV_8UC1, cv::Scalar(0));
  cv::putText(large, text, {margin, margin + capital}, kFont, scale, cv::Scalar(255), thickness, cv::LINE_AA);

  // OpenCV's widths include the space after the last letter: the margins go by what was drawn.
  const cv::Rect ink = cv::boundingRect(large);
  TextStamp stamp;
  stamp.width = std::max(1, (ink.width + 2 * margin) / kOversampling);
  stamp.height = large.rows / kOversampling;
  const cv::Rect cut(std::max(0, ink.x - margin), 0, stamp.width * kOversampling, stamp.height * kOversampling);
  stamp.coverage.resize(static_cast<std::size_t>(stamp.width) * static_cast<std::size_t>(stamp.height));
  cv::Mat small(stamp.height, stamp.width, CV_8UC1, stamp.coverage.data());
  cv::resize(large(cut & cv::Rect({}, large.size())), small, small.size(), 0, 0, cv::INTER_AREA);
  return stamp;
}

}  // namespace

const TextStamp &TextStamps::Get(const std::string &text, int pixels) {
  const auto key = std::make_pair(text, pixels);
  const auto found = stamps_.find(key);
  if (found != stamps_.end()) return found->second;
  if (stamps_.size() >= kMaxStamps) stamps_.clear();
  return stamps_.emplace(key, Draw(Printable(text, most_characters_), pixels)).first->second;
}

}  // namespace kpt::gst
