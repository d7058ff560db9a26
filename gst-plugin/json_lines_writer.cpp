// Results as JSON Lines: a header line for each category, then a line a frame, each written whole. Where to, a LineSink
// says.
#include <map>
#include <nlohmann/json.hpp>

#include "output_file.h"
#include "result_writer.h"

namespace kpt::gst {
namespace {

using Json = nlohmann::ordered_json;

Json TextOrNull(const std::string &text) { return text.empty() ? Json(nullptr) : Json(text); }

/// Two headers with the same line need it once.
Json HeaderLine(const StreamInfo &stream, const TrackHeader &track) {
  return {{"type", "header"},
          {"schema", "keypoints/1"},
          {"source", TextOrNull(stream.source)},
          {"width", track.width},
          {"height", track.height},
          {"fps", stream.fps},
          {"category", TextOrNull(track.category)},
          {"keypoints", track.names},
          {"skeleton", track.skeleton},
          {"model", TextOrNull(track.model)}};
}

Json InstanceOf(const Instance &instance) {
  const bool lost = instance.state == TrackState::kLost;
  Json keypoints = Json::array();
  Json raw = Json::array();
  Json box = nullptr;
  if (!lost) {
    for (const TrackedPoint &point : instance.points) {
      keypoints.push_back({Rounded(point.xy_in_frame.x), Rounded(point.xy_in_frame.y), Rounded(point.confidence),
                           ToString(point.visibility)});
      raw.push_back({Rounded(point.raw_in_frame.x), Rounded(point.raw_in_frame.y)});
    }
    const Box &b = instance.box;
    if (!instance.points.empty()) box = {Rounded(b.x), Rounded(b.y), Rounded(b.width), Rounded(b.height)};
  }
  return {{"id", instance.id},
          {"state", ToString(instance.state)},
          {"confidence", Rounded(instance.confidence)},
          {"bbox", box},
          {"keypoints", keypoints},
          {"raw", raw}};
}

class FileSink : public LineSink {
 public:
  explicit FileSink(const std::string &path) : file_(path) {}
  void WriteHeader(const std::string &, const std::string &line) override { WriteFrame(line); }
  void WriteFrame(const std::string &line) override { file_.Write(line + "\n"); }
  void Finish() override {}

 private:
  OutputFile file_;
};

class JsonLinesWriter : public ResultWriter {
 public:
  explicit JsonLinesWriter(std::shared_ptr<LineSink> sink) : sink_(std::move(sink)) {}

  void WriteFrame(const StreamInfo &stream, const FrameRecord &frame) override {
    for (const Track &track : frame.tracks) WriteHeaderIfNew(stream, track.header);
    if (headers_.empty()) WriteHeaderIfNew(stream, Untracked(stream));
    sink_->WriteFrame(Line(FrameLine(frame)));
  }

  void Finish(const StreamInfo &stream) override {
    if (headers_.empty()) WriteHeaderIfNew(stream, Untracked(stream));
    sink_->Finish();
  }

 private:
  /// A stream that no tracker saw still has a header.
  static TrackHeader Untracked(const StreamInfo &stream) {
    TrackHeader header;
    header.width = stream.width;
    header.height = stream.height;
    return header;
  }

  /// Text from a pipeline may be anything; what is not UTF-8 is replaced rather than refused.
  static std::string Line(const Json &json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

  void WriteHeaderIfNew(const StreamInfo &stream, const TrackHeader &track) {
    std::string line = Line(HeaderLine(stream, track));
    std::string &last = headers_[track.category];
    if (line == last) return;
    sink_->WriteHeader(track.category, line);
    last = std::move(line);
  }

  Json FrameLine(const FrameRecord &frame) const {
    Json instances = Json::array();
    for (const Track &track : frame.tracks) {
      for (const Instance &instance : track.instances) {
        instances.push_back(InstanceOf(instance));
        if (headers_.size() > 1) instances.back()["category"] = track.header.category;
      }
    }
    return {{"frame", frame.index}, {"pts", frame.pts ? Json(*frame.pts) : Json(nullptr)}, {"instances", instances}};
  }

  const std::shared_ptr<LineSink> sink_;
  std::map<std::string, std::string> headers_;  // the last header line of each category
};

}  // namespace

std::unique_ptr<ResultWriter> MakeJsonLinesWriter(const std::string &path) {
  return MakeJsonLinesWriter(std::make_shared<FileSink>(path));
}

std::unique_ptr<ResultWriter> MakeJsonLinesWriter(std::shared_ptr<LineSink> sink) {
  return std::make_unique<JsonLinesWriter>(std::move(sink));
}

}  // namespace kpt::gst
