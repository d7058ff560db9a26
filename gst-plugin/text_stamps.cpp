// See text_stamps.h. Letters are drawn several times too large and averaged down: OpenCV's own smoothing is coarse at
// the sizes of labels.
#include "text_stamps.h"

#include <opencv2/imgproc.hpp>

namespace kpt::gst {
namespace {

constexpr int kOversampling = 4;
constexpr int kFont = cv::FONT_HERSHEY_DUPLEX;
constexpr double kCapitalPixels = 21;  // height of a capital of this font at scale 1
constexpr std::size_t kMaxCharacters = 40;
constexpr std::size_t kMaxStamps = 512;

/// One question mark for each character outside ASCII, not one for each of its bytes.
std::string Printable(const std::string &text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // goes on with the character before
    out += byte >= 0x20 && byte < 0x7F ? c : '?';
    if (out.size() == kMaxCharacters) break;
  }
  return out;
}

TextStamp Draw(const std::string &text, int pixels) {
  const double scale = pixels * kOversampling / kCapitalPixels;
  const int thickness = std::max(1, static_cast<int>(scale * 1.6 + 0.5));
  int baseline = 0;
  const cv::Size size = cv::getTextSize(text, kFont, scale, thickness, &baseline);
  const int margin = thickness + kOversampling;
  TextStamp stamp;
  stamp.width = (size.width + 2 * margin) / kOversampling + 1;
  stamp.height = (size.height + baseline + 2 * margin) / kOversampling + 1;
  cv::Mat large(stamp.height * kOversampling, stamp.width * kOversampling, CV_8UC1, cv::Scalar(0));
  cv::putText(large, text, {margin, margin + size.height}, kFont, scale, cv::Scalar(255), thickness, cv::LINE_AA);
  stamp.coverage.resize(static_cast<std::size_t>(stamp.width) * stamp.height);
  cv::Mat small(stamp.height, stamp.width, CV_8UC1, stamp.coverage.data());
  cv::resize(large, small, small.size(), 0, 0, cv::INTER_AREA);
  return stamp;
}

}  // namespace

const TextStamp &TextStamps::Get(const std::string &text, int pixels) {
  const auto key = std::make_pair(text, pixels);
  const auto found = stamps_.find(key);
  if (found != stamps_.end()) return found->second;
  if (stamps_.size() >= kMaxStamps) stamps_.clear();
  return stamps_.emplace(key, Draw(Printable(text), pixels)).first->second;
}

}  // namespace kpt::gst
