// See painter.h.
#include "painter.h"

#include <cmath>

namespace kpt::annotate {
namespace {

/// The canvas draws into video frames; this one has its pixels in a cv::Mat.
GstVideoFrame *Borrow(const cv::Mat &bgrx, GstVideoFrame *frame) {
  gst_video_info_set_format(&frame->info, GST_VIDEO_FORMAT_BGRx, static_cast<guint>(bgrx.cols),
                            static_cast<guint>(bgrx.rows));
  frame->info.stride[0] = static_cast<gint>(bgrx.step);
  frame->data[0] = bgrx.data;
  return frame;
}

}  // namespace

Painter::Painter(cv::Mat *bgrx, gst::TextStamps *texts) : canvas_(Borrow(*bgrx, &frame_)), texts_(*texts) {}

void Painter::Block(const Box &box, const Colour &colour) {
  // The edges of a box lie between pixels; those of a shape on their centres.
  canvas_.Fill(gst::RoundedBox{{box.x - 0.5F, box.y - 0.5F, box.width, box.height}, 0}, colour);
}

float Painter::Text(const std::string &text, float x, float y, int pixels, const Colour &colour) {
  if (text.empty()) return x;
  const gst::TextStamp &stamp = texts_.Get(text, pixels);
  const int margin = pixels / 2;  // of a stamp, on every side
  const int left = static_cast<int>(std::lround(x)), top = static_cast<int>(std::lround(y)) - pixels - margin;
  canvas_.Fill(gst::Stamp{stamp.coverage.data(), stamp.width, stamp.height, left - margin, top}, colour);
  return x + static_cast<float>(stamp.width - 2 * margin);
}

void Painter::TextBefore(const std::string &text, float x, float y, int pixels, const Colour &colour) {
  Text(text, x - WidthOf(text, pixels) + static_cast<float>(pixels), y, pixels, colour);
}

float Painter::WidthOf(const std::string &text, int pixels) {
  return text.empty() ? 0 : static_cast<float>(texts_.Get(text, pixels).width);
}

}  // namespace kpt::annotate
