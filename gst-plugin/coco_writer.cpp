// Results as one COCO keypoints JSON. The format can only be complete at the end, so everything is kept until Finish.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "output_file.h"
#include "result_writer.h"

namespace kpt::gst {
namespace {

using Json = nlohmann::ordered_json;

/// 2 visible, 1 hidden or carried by flow, 0 lost.
int VisibilityNumber(Visibility visibility) {
  switch (visibility) {
    case Visibility::kVisible:
      return 2;
    case Visibility::kHidden:
    case Visibility::kProjected:
      return 1;
    case Visibility::kLost:
      break;
  }
  return 0;
}

class CocoWriter : public ResultWriter {
 public:
  explicit CocoWriter(const std::string &path) : file_(path) {}

  void WriteFrame(const StreamInfo &stream, const FrameRecord &frame) override {
    const std::uint64_t image_id = frame.index + 1;
    Json image = {{"id", image_id},
                  {"file_name", stream.source},
                  {"frame_index", frame.index},
                  {"width", stream.width},
                  {"height", stream.height}};
    if (!frame.tracks.empty()) {
      image["width"] = frame.tracks.front().header.width;
      image["height"] = frame.tracks.front().header.height;
    }
    images_.push_back(std::move(image));
    for (const Track &track : frame.tracks) {
      const std::size_t category_id = CategoryId(track.header);
      for (const Instance &instance : track.instances) {
        if (!instance.points.empty()) AddAnnotation(image_id, category_id, instance);
      }
    }
  }

  void Finish(const StreamInfo &) override {
    Json categories = Json::array();
    for (const TrackHeader &header : categories_) categories.push_back(CategoryOf(header, categories.size() + 1));
    const Json root = {{"images", images_}, {"annotations", annotations_}, {"categories", categories}};
    const std::string text = root.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    file_.Clear();
    file_.Write(text);
  }

 private:
  /// A name may come twice: keypoints and skeleton change where a tracker is given other support shots.
  std::size_t CategoryId(const TrackHeader &header) {
    const auto is_same = [&](const TrackHeader &known) {
      return std::tie(known.category, known.names, known.skeleton) ==
             std::tie(header.category, header.names, header.skeleton);
    };
    const auto known = std::find_if(categories_.begin(), categories_.end(), is_same);
    const std::size_t id = static_cast<std::size_t>(known - categories_.begin()) + 1;
    if (known == categories_.end()) categories_.push_back(header);
    return id;
  }

  static Json CategoryOf(const TrackHeader &header, std::size_t id) {
    Json skeleton = Json::array();
    for (const Link &link : header.skeleton) skeleton.push_back({link[0] + 1, link[1] + 1});  // COCO counts from 1
    return {{"id", id}, {"name", header.category}, {"keypoints", header.names}, {"skeleton", skeleton}};
  }

  void AddAnnotation(std::uint64_t image_id, std::size_t category_id, const Instance &instance) {
    Json keypoints = Json::array();
    int found = 0;
    for (const TrackedPoint &point : instance.points) {
      const int v = VisibilityNumber(point.visibility);
      keypoints.push_back(v > 0 ? Rounded(point.xy_in_frame.x) : 0.0);
      keypoints.push_back(v > 0 ? Rounded(point.xy_in_frame.y) : 0.0);
      keypoints.push_back(v);
      found += v > 0 ? 1 : 0;
    }
    const Box &box = instance.box;
    annotations_.push_back({{"id", annotations_.size() + 1},
                            {"image_id", image_id},
                            {"category_id", category_id},
                            {"track_id", instance.id},
                            {"keypoints", keypoints},
                            {"num_keypoints", found},
                            {"bbox", {Rounded(box.x), Rounded(box.y), Rounded(box.width), Rounded(box.height)}},
                            {"area", Rounded(box.width * box.height)},
                            {"iscrowd", 0},
                            {"score", Rounded(instance.confidence)}});
  }

  OutputFile file_;
  Json images_ = Json::array();
  Json annotations_ = Json::array();
  std::vector<TrackHeader> categories_;
};

}  // namespace

std::unique_ptr<ResultWriter> MakeCocoWriter(const std::string &path) { return std::make_unique<CocoWriter>(path); }

}  // namespace kpt::gst
