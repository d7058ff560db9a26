// Made-up inputs for the command line's tests: three dots on a dark ground that move a little from frame to frame, as
// pictures, clips, support files and COCO-keypoints folders; and a network with random weights.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace kpt::cli_testing {

using nlohmann::json;

inline constexpr int kWidth = 96, kHeight = 80;

/// A folder that is gone with the object.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder &) = delete;
  Folder &operator=(const Folder &) = delete;

  std::string operator/(const std::string &name) const { return (path_ / name).string(); }

  /// Writes a file, making its folder, and returns its path.
  std::string Write(const std::string &name, const std::string &bytes) const;

 private:
  std::filesystem::path path_;
};

std::string ReadFile(const std::string &path);
std::vector<json> ReadJsonLines(const std::string &path);

/// The dots' centres in frame `index`, in the order of the keypoints a, b, c.
std::vector<cv::Point2f> DotsAt(int index);
cv::Mat PictureAt(int index);

/// A clip of `frames` frames at 20 a second, its format by the extension (.mp4, .avi); returns its path.
std::string WriteClip(const std::string &path, int frames);

/// Frame `index` as a picture file; returns its path.
std::string WritePicture(const std::string &path, int index);

/// A YAML support file (category thing; a, b, c; links a-b, b-c) with frame 0 as its shot, and that picture beside it.
std::string WriteSupport(const Folder &folder);

/// Stills and one clip, with their pictures and `annotations.json`, as `kpt eval` and `kpt train` take them. Stills of
/// the categories `thing` (4) and `other` (3); the clip `walk` of `thing` with `labelled` labelled frames.
void WriteSource(const Folder &folder, const std::string &name, int labelled);

/// A small network with random weights.
void WriteTinyNet(const std::string &path);

/// The same for all tests of a program: a folder with `net.safetensors`, `support.yaml`, `clip.mp4` (12 frames), and
/// `settings.yaml`, with which every frame counts as tracked, whatever the random network says.
const Folder &SharedFolder();

}  // namespace kpt::cli_testing
