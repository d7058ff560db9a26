#include "crop.h"

namespace kpt {

Similarity CropFromFrame(const Similarity &frame_from_object, int crop_size) {
  const Similarity crop_from_object{crop_size / kCropSides, 0, crop_size / 2.0, crop_size / 2.0};
  return crop_from_object * frame_from_object.Inverse();
}

FrameView ViewOf(const RgbImage &image) {
  return PackedView(PixelFormat::kRgb, image.pixels.data(), image.width, image.height, 3 * image.width);
}

SupportCrop CutSupportCrop(const SupportShot &shot, const Similarity &picture_from_object, int crop_size) {
  FramePixels pixels;
  pixels.Attach(ViewOf(shot.image));

  const Similarity crop_from_image = CropFromFrame(picture_from_object, crop_size);
  SupportCrop crop;
  crop.rgb.resize(static_cast<std::size_t>(crop_size) * crop_size * 3);
  pixels.Crop(crop_from_image, crop_size, crop.rgb.data());
  crop.points_in_crop.resize(shot.points.size());
  crop.visible.assign(shot.points.size(), false);
  const auto side = static_cast<float>(crop_size);
  for (std::size_t i = 0; i < shot.points.size(); ++i) {
    if (!shot.visible[i]) continue;
    const Point2 p = crop_from_image(shot.points[i]);
    if (p.x < 0 || p.y < 0 || p.x >= side || p.y >= side) continue;
    crop.points_in_crop[i] = p;
    crop.visible[i] = true;
  }
  return crop;
}

std::vector<SupportCrop> CutSupportCrops(const SupportSet &support, const ObjectLayout &layout, int crop_size) {
  std::vector<SupportCrop> crops;
  for (std::size_t i = 0; i < support.shots.size(); ++i) {
    crops.push_back(CutSupportCrop(support.shots[i], layout.places[i], crop_size));
  }
  return crops;
}

}  // namespace kpt
