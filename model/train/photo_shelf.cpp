#include "photo_shelf.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "kpt/base/error.h"
#include "kpt/log/log.h"

namespace kpt::train {
namespace {

constexpr std::size_t kLeastPhotos = 4;
constexpr int kLeastSide = 16;

std::vector<std::string> PictureNames(const std::string &folder) {
  if (!std::filesystem::is_directory(folder))
    throw Error(ErrorCode::kNotFound, folder + ": no such folder of photographs");
  std::vector<std::string> names;
  for (const auto &entry : std::filesystem::directory_iterator(folder)) {
    const std::string ending = entry.path().extension().string();
    if (ending == ".jpg" || ending == ".jpeg" || ending == ".JPEG" || ending == ".png")
      names.push_back(entry.path().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

PhotoShelf::PhotoShelf(const std::vector<std::string> &folders, double max_broken_share) {
  for (const std::string &folder : folders) {
    const std::vector<std::string> names = PictureNames(folder);
    const std::size_t before = files_.size();
    std::size_t broken = 0;
    for (const std::string &name : names) {
      std::ifstream stream(name, std::ios::binary);
      std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(stream), {}};
      if (bytes.empty() || cv::imdecode(bytes, cv::IMREAD_COLOR).empty()) {
        LogWarning(name + ": not a picture that can be read; skipped");
        ++broken;
        continue;
      }
      files_.push_back(std::move(bytes));
    }
    if (static_cast<double>(broken) > max_broken_share * static_cast<double>(names.size())) {
      throw Error(ErrorCode::kInput, folder + ": " + std::to_string(broken) + " of " + std::to_string(names.size()) +
                                         " photographs are broken");
    }
    if (files_.size() - before < kLeastPhotos)
      throw Error(ErrorCode::kInput, folder + ": holds fewer than 4 photographs");
  }
}

cv::Mat PhotoShelf::Draw(Random &random) const {
  return cv::imdecode(files_[std::uniform_int_distribution<std::size_t>(0, files_.size() - 1)(random)],
                      cv::IMREAD_COLOR);
}

cv::Mat PhotoShelf::Backdrop(int crop_size, Random &random) const {
  const cv::Mat photo = Draw(random);
  const int shorter = std::min(photo.cols, photo.rows);
  const int side = std::max(kLeastSide, static_cast<int>(Uniform(random, 0.4, 1) * shorter));
  const int w = std::min(side, photo.cols), h = std::min(side, photo.rows);
  const cv::Rect part(UniformInt(random, 0, photo.cols - w), UniformInt(random, 0, photo.rows - h), w, h);
  cv::Mat backdrop;
  cv::resize(photo(part), backdrop, {crop_size, crop_size}, 0, 0, cv::INTER_LINEAR);
  return backdrop;
}

}  // namespace kpt::train
