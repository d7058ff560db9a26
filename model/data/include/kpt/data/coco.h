// COCO-keypoints annotation files, read strictly into plain structs. Plain C++: no pictures are opened here.
// Called by the support loader, by training and by evaluation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kpt/base/geometry.h"

namespace kpt::data {

struct CocoCategory {
  std::int64_t id = 0;
  std::string name;
  std::vector<std::string> keypoints;
  std::vector<Link> skeleton;  ///< 0-based, both ends in range; may be empty
};

struct CocoImage {
  std::int64_t id = 0;
  std::string file_name;  ///< see FindPicture
  int width = 0;
  int height = 0;
  int frame_index = -1;        ///< of the video `file_name`; -1: a still picture
  std::int64_t video_id = -1;  ///< -1: none
};

struct CocoAnnotation {
  std::int64_t id = 0;
  std::int64_t image_id = 0;
  std::int64_t category_id = 0;
  std::int64_t track = -1;  ///< identity in a clip; -1: none
  Box box;
  std::vector<Point2> points;  ///< one a keypoint of the category, in pixels; (0, 0) where not visible
  std::vector<bool> visible;   ///< v > 0
  std::vector<bool> hidden;    ///< v = 1: labelled, but covered by something or by the object itself
  std::size_t place = 0;       ///< in the file's list
};

struct CocoVideo {
  std::int64_t id = 0;
  std::string name;
  std::string file;  ///< see FindPicture
  int num_frames = 0;
  double fps = 0;
  bool unlabelled = false;
};

struct CocoFile {
  std::string path;
  std::string folder;  ///< that relative names start from
  std::vector<CocoCategory> categories;
  std::vector<CocoImage> images;
  std::vector<CocoAnnotation> annotations;  ///< ordered by id
  std::vector<CocoVideo> videos;

  const CocoImage &Image(std::int64_t id) const;
  const CocoCategory &Category(std::int64_t id) const;
};

/// What becomes of annotations whose box is given, but has no size. Large data sets have some.
enum class EmptyBox { kError, kLeaveOut };

/// Throws Error: kNotFound, or kInput naming the file and the field ("annotations[3].keypoints: ...").
CocoFile ReadCoco(const std::string &path, EmptyBox empty_box = EmptyBox::kError);

/// Where the picture or video `name` of the file lies: in the annotation file's folder; else, as in MP-100, in `images`
/// beside that folder; else directly beside that folder. Throws Error(kNotFound) naming the places.
std::string FindPicture(const CocoFile &file, const std::string &name);

}  // namespace kpt::data
