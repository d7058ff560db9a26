// Results as CSV in the layout of DeepLabCut: header rows (scorer, individuals where there are several, bodyparts,
// coords), then a row a frame. It has room for one category.
#include <gst/gst.h>

#include <algorithm>
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
    if (!names_) WriteHeader(frame.tracks.front().header, frame.index);
    if (!frame.tracks.empty()) SeatInstances(frame.tracks.front().instances);
    file_.Write(Row(frame));
  }

  void Finish(const StreamInfo &) override {
    if (!names_) WriteHeader({}, frames_before_header_);
  }

 private:
  /// Writes the header rows, and empty rows for the frames that came before the names were known.
  void WriteHeader(const TrackHeader &header, std::uint64_t next_frame) {
    std::string scorer = "scorer";
    std::string individuals = "individuals";
    std::string parts = "bodyparts";
    std::string coords = "coords";
    seats_.assign(static_cast<std::size_t>(header.max_instances), kFree);
    for (std::size_t seat = 0; seat < seats_.size(); ++seat) {
      for (const auto &name : header.names) {
        for (const char *coord : {"x", "y", "likelihood"}) {
          scorer += "," + Cell(header.model);
          individuals += ",individual" + std::to_string(seat + 1);
          parts += "," + Cell(name);
          coords += std::string(",") + coord;
        }
      }
    }
    names_ = header.names.size();
    std::string text = scorer + "\n" + (seats_.size() > 1 ? individuals + "\n" : "") + parts + "\n" + coords + "\n";
    for (std::uint64_t i = next_frame - frames_before_header_; i < next_frame; ++i) text += Row({i, {}, {}});
    file_.Write(text);
  }

  /// An object keeps its columns for as long as it is reported; a new one takes free ones, or those of one that is
  /// gone.
  void SeatInstances(const std::vector<Instance> &instances) {
    const auto is_reported = [&](int id) {
      return std::any_of(instances.begin(), instances.end(), [id](const Instance &i) { return i.id == id; });
    };
    for (const Instance &instance : instances) {
      if (std::find(seats_.begin(), seats_.end(), instance.id) != seats_.end()) continue;
      auto seat = std::find(seats_.begin(), seats_.end(), kFree);
      if (seat == seats_.end()) seat = std::find_if_not(seats_.begin(), seats_.end(), is_reported);
      if (seat != seats_.end()) *seat = instance.id;
    }
  }

  std::string Row(const FrameRecord &frame) const {
    std::string row = std::to_string(frame.index);
    for (const int id : seats_) {
      const Instance *seated = nullptr;
      for (const Track &track : frame.tracks) {
        for (const Instance &instance : track.instances) {
          if (instance.id == id) seated = &instance;
        }
      }
      row += Columns(seated);
    }
    return row + "\n";
  }

  /// x, y and likelihood of each keypoint; empty for one that is lost, and for an object that is not there (null).
  std::string Columns(const Instance *instance) const {
    std::string columns;
    for (std::size_t i = 0; i < *names_; ++i) {
      const bool has_point = instance != nullptr && i < instance->points.size();
      if (!has_point || instance->points[i].visibility == Visibility::kLost) {
        columns += ",,,";
        continue;
      }
      const TrackedPoint &point = instance->points[i];
      columns += "," + Number(point.xy_in_frame.x) + "," + Number(point.xy_in_frame.y) + "," + Number(point.confidence);
    }
    return columns;
  }

  static constexpr int kFree = -1;

  OutputFile file_;
  std::optional<std::size_t> names_;  // how many; none before the header is written
  std::vector<int> seats_;            // ids of the objects whose columns they are
  std::uint64_t frames_before_header_ = 0;
};

}  // namespace

std::unique_ptr<ResultWriter> MakeCsvWriter(const std::string &path) { return std::make_unique<CsvWriter>(path); }

}  // namespace kpt::gst
