// Results as CSV in the layout of DeepLabCut: three header rows (scorer, bodyparts, coords), then a row a frame. It has
// room for one object of one category.
#include <gst/gst.h>

#include <sstream>

#include "guard.h"
#include "output_file.h"
#include "result_writer.h"

namespace kpt::gst {
namespace {

/// A cell, quoted where it must be.
std::string Cell(const std::string &text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string Number(float value) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out.precision(10);
  out << Rounded(value);
  return out.str();
}

class CsvWriter : public ResultWriter {
 public:
  explicit CsvWriter(const std::string &path) : file_(path) {}

  void WriteFrame(const StreamInfo &, const FrameRecord &frame) override {
    if (frame.tracks.empty() && !names_) {
      ++frames_before_header_;
      return;
    }
    if (frame.tracks.size() > 1) {
      throw ElementError(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                         "file-format: csv has room for one tracker, and this pipeline has several; use json-lines.");
    }
    if (!frame.tracks.empty() && frame.tracks.front().instances.size() > 1) {
      throw ElementError(
          GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
          "file-format: csv has room for one object, and this pipeline follows several; use json-lines.");
    }
    if (!names_) WriteHeader(frame.tracks.front().header, frame.index);
    file_.Write(Row(frame));
  }

  void Finish(const StreamInfo &) override {
    if (!names_) WriteHeader({}, frames_before_header_);
  }

 private:
  /// Writes the header rows, and empty rows for the frames that came before the names were known.
  void WriteHeader(const TrackHeader &header, std::uint64_t next_frame) {
    std::string scorer = "scorer";
    std::string parts = "bodyparts";
    std::string coords = "coords";
    for (const auto &name : header.names) {
      for (const char *coord : {"x", "y", "likelihood"}) {
        scorer += "," + Cell(header.model);
        parts += "," + Cell(name);
        coords += std::string(",") + coord;
      }
    }
    names_ = header.names.size();
    std::string text = scorer + "\n" + parts + "\n" + coords + "\n";
    for (std::uint64_t i = next_frame - frames_before_header_; i < next_frame; ++i) text += Row({i, {}, {}});
    file_.Write(text);
  }

  std::string Row(const FrameRecord &frame) const {
    const bool has_points = !frame.tracks.empty() && !frame.tracks.front().instances.empty();
    const std::vector<TrackedPoint> none;
    const auto &points = has_points ? frame.tracks.front().instances.front().points : none;
    std::string row = std::to_string(frame.index);
    for (std::size_t i = 0; i < *names_; ++i) {
      const bool found = i < points.size() && points[i].visibility != Visibility::kLost;
      row += found ? "," + Number(points[i].xy_in_frame.x) + "," + Number(points[i].xy_in_frame.y) + "," +
                         Number(points[i].confidence)
                   : ",,,";
    }
    return row + "\n";
  }

  OutputFile file_;
  std::optional<std::size_t> names_;  // how many; none before the header is written
  std::uint64_t frames_before_header_ = 0;
};

}  // namespace

std::unique_ptr<ResultWriter> MakeCsvWriter(const std::string &path) { return std::make_unique<CsvWriter>(path); }

}  // namespace kpt::gst
