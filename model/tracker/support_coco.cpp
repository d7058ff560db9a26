// Reads COCO-keypoints JSON as support shots. The strict reading is kpt_data's; here one category is chosen and its
// annotations become shots. Called by support.cpp.
#include <algorithm>
#include <filesystem>

#include "kpt/base/error.h"
#include "kpt/data/coco.h"
#include "kpt/data/picture.h"
#include "support_readers.h"

namespace kpt {
namespace {

data::CocoFile Read(const std::string &path) {
  try {
    return data::ReadCoco(path);
  } catch (const Error &error) {
    throw Error(error.code() == ErrorCode::kInput ? ErrorCode::kSupport : error.code(), error.what());
  }
}

const data::CocoCategory &Choose(const data::CocoFile &file, const SupportRequest &request) {
  std::vector<std::string> names;
  for (const data::CocoCategory &category : file.categories) {
    names.push_back(category.name);
    if (category.name == request.category) return category;
  }
  if (names.empty()) FailSupport(request.file, "categories: is empty.");
  if (!request.category.empty()) {
    FailSupport(request.file, "categories: has no '" + request.category + "'; there are " + Listed(names) + ".");
  }
  if (names.size() > 1)
    FailSupport(request.file, "categories: has several; choose one with category: " + Listed(names) + ".");
  return file.categories.front();
}

ShotDraft ToShot(const data::CocoFile &file, const data::CocoAnnotation &annotation) {
  ShotDraft shot;
  shot.where = file.path + ": annotation id " + std::to_string(annotation.id);
  const data::CocoImage &image = file.Image(annotation.image_id);
  shot.picture = (std::filesystem::path(file.folder) / image.file_name).string();
  if (data::IsVideoName(image.file_name)) {
    if (image.frame_index < 0) {
      FailSupport(file.path + ": image id " + std::to_string(image.id) + ".frame_index",
                  "is missing, and '" + image.file_name + "' is a video.");
    }
    shot.frame = image.frame_index;
  }
  shot.points = annotation.points;
  shot.visible = annotation.visible;
  if (annotation.box.width > 0 && annotation.box.height > 0) shot.box = annotation.box;
  return shot;
}

}  // namespace

SupportDraft ReadSupportCoco(const SupportRequest &request) {
  const data::CocoFile file = Read(request.file);
  const data::CocoCategory &category = Choose(file, request);
  SupportDraft draft;
  draft.category = category.name;
  draft.keypoint_names = category.keypoints;
  draft.skeleton = category.skeleton;
  CheckKeypointNames(draft.keypoint_names, request.file + ": category '" + category.name + "'.keypoints");
  int empty = 0;
  for (const data::CocoAnnotation &annotation : file.annotations) {
    if (annotation.category_id != category.id) continue;
    const bool any = std::find(annotation.visible.begin(), annotation.visible.end(), true) != annotation.visible.end();
    any ? draft.shots.push_back(ToShot(file, annotation)) : static_cast<void>(++empty);
  }
  if (empty > 0) {
    draft.warnings.push_back(request.file + ": " + std::to_string(empty) + " annotation(s) of '" + category.name +
                             "' show no point and are not used.");
  }
  return draft;
}

}  // namespace kpt
