// See samples.h. The network is in sample_network.cpp.
#include "samples.h"

#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

namespace kpt::cli_testing {
namespace {

namespace fs = std::filesystem;

json AnnotationOf(int id, int image_id, int category_id, int frame) {
  json keypoints = json::array();
  for (const cv::Point2f &dot : DotsAt(frame)) {
    for (const float value : {dot.x, dot.y, 2.0F}) keypoints.push_back(value);
  }
  const cv::Point2f corner = DotsAt(frame)[0] - cv::Point2f(10, 10);
  return {{"id", id},
          {"image_id", image_id},
          {"category_id", category_id},
          {"keypoints", keypoints},
          {"bbox", {corner.x, corner.y, 60, 60}}};
}

}  // namespace

Folder::Folder() {
  std::string pattern = (fs::temp_directory_path() / "kpt-cli-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string Folder::Write(const std::string &name, const std::string &bytes) const {
  const fs::path path = path_ / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
  return path.string();
}

std::string ReadFile(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<json> ReadJsonLines(const std::string &path) {
  std::vector<json> lines;
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) lines.push_back(json::parse(line));
  return lines;
}

std::vector<cv::Point2f> DotsAt(int index) {
  const cv::Point2f corner(static_cast<float>(20 + index % 8), static_cast<float>(16 + index % 5));
  return {corner, corner + cv::Point2f(40, 0), corner + cv::Point2f(20, 40)};
}

cv::Mat PictureAt(int index) {
  cv::Mat picture(kHeight, kWidth, CV_8UC3, cv::Scalar(60, 40, 40));
  const std::vector<cv::Point2f> dots = DotsAt(index);
  const cv::Scalar colours[] = {{0, 0, 255}, {0, 255, 0}, {255, 128, 0}};
  for (std::size_t i = 0; i < dots.size(); ++i) cv::circle(picture, dots[i], 5, colours[i], cv::FILLED, cv::LINE_AA);
  return picture;
}

std::string WriteClip(const std::string &path, int frames) {
  const bool is_mp4 = fs::path(path).extension() == ".mp4";
  const int codec = is_mp4 ? cv::VideoWriter::fourcc('m', 'p', '4', 'v') : cv::VideoWriter::fourcc('M', 'J', 'P', 'G');
  cv::VideoWriter writer(path, cv::CAP_FFMPEG, codec, 20, {kWidth, kHeight});
  for (int i = 0; i < frames; ++i) writer.write(PictureAt(i));
  return path;
}

std::string WritePicture(const std::string &path, int index) {
  fs::create_directories(fs::path(path).parent_path());
  cv::imwrite(path, PictureAt(index));
  return path;
}

std::string WriteSupport(const Folder &folder) {
  WritePicture(folder / "shot.png", 0);
  return folder.Write("support.yaml",
                      "category: thing\n"
                      "keypoints: [a, b, c]\n"
                      "skeleton: [[a, b], [b, c]]\n"
                      "shots:\n"
                      "  - image: shot.png\n"
                      "    points: {a: [20, 16], b: [60, 16], c: [40, 56]}\n");
}

void WriteSource(const Folder &folder, const std::string &name, int labelled) {
  json coco = {{"images", json::array()}, {"annotations", json::array()}};
  for (const auto &[id, category] : {std::pair(1, "thing"), std::pair(2, "other")}) {
    coco["categories"].push_back(
        {{"id", id}, {"name", category}, {"keypoints", {"a", "b", "c"}}, {"skeleton", {{1, 2}, {2, 3}}}});
  }
  int id = 0;
  for (const int category_id : {1, 1, 1, 1, 2, 2, 2}) {
    ++id;
    const std::string file = "images/" + std::to_string(id) + ".png";
    WritePicture(folder / (name + "/" + file), id);
    coco["images"].push_back({{"id", id}, {"file_name", file}, {"width", kWidth}, {"height", kHeight}});
    coco["annotations"].push_back(AnnotationOf(id, id, category_id, id));
  }
  fs::create_directories(folder / (name + "/videos"));
  WriteClip(folder / (name + "/videos/walk.avi"), 8);
  coco["videos"] = {{{"id", 1}, {"name", "walk"}, {"file", "videos/walk.avi"}, {"num_frames", 8}, {"fps", 20}}};
  for (int frame = 0; frame < labelled; ++frame) {
    ++id;
    coco["images"].push_back(
        {{"id", id}, {"file_name", "videos/walk.avi"}, {"video_id", 1}, {"frame_index", 2 * frame}});
    coco["annotations"].push_back(AnnotationOf(id, id, 1, 2 * frame));
  }
  folder.Write(name + "/annotations.json", coco.dump());
}

const Folder &SharedFolder() {
  static const Folder folder;
  static const bool filled = [] {
    WriteTinyNet(folder / "net.safetensors");
    WriteSupport(folder);
    WriteClip(folder / "clip.mp4", 12);
    folder.Write("settings.yaml", "confidence-threshold: 0\n");
    return true;
  }();
  static_cast<void>(filled);
  return folder;
}

}  // namespace kpt::cli_testing
