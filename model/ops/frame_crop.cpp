// Crops of frames on the host: plans them, checks them, and drives frame_crop_core.h pixel by pixel. The tracker crops
// frames in system memory with OpenCV, which is faster; this is the GPU kernel's twin, for tests and comparisons.
#include "kpt/ops/frame_crop.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "kpt/ops/frame_crop_core.h"

namespace kpt::ops {
namespace {

constexpr std::int64_t kPixelsAtLeast = 1024;  // a thread's piece of work
constexpr int kLargestCrop = 4096;

/// First `inner`, then `outer`.
Placement Then(const Placement &inner, const Placement &outer) {
  return {outer.a * inner.a - outer.b * inner.b, outer.a * inner.b + outer.b * inner.a,
          outer.a * inner.dx - outer.b * inner.dy + outer.dx, outer.b * inner.dx + outer.a * inner.dy + outer.dy};
}

/// Written out in the order in which OpenCV inverts an affine matrix.
void Invert(const Placement &p, double *inverse) {
  const double determinant = p.a * p.a + p.b * p.b;
  const double d = determinant != 0 ? 1 / determinant : 0;
  inverse[0] = p.a * d;
  inverse[1] = p.b * d;
  inverse[3] = -p.b * d;
  inverse[4] = p.a * d;
  inverse[2] = -inverse[0] * p.dx - inverse[1] * p.dy;
  inverse[5] = -inverse[3] * p.dx - inverse[4] * p.dy;
}

/// Of the plane's pixels from `low` to `high` along one axis: the first, on a grid of `factor`, and how many cells.
void Cells(double low, double high, int factor, int limit, std::int32_t *first, std::int32_t *count) {
  const auto in_plane = [limit](double v) { return std::clamp(v, 0.0, static_cast<double>(limit)); };
  *first = static_cast<std::int32_t>(std::floor(in_plane(low) / factor)) * factor;
  const int end = std::min(limit, static_cast<int>(std::ceil(in_plane(high) / factor)) * factor);
  *count = (end - *first) / factor;  // what is left over at the edge does not fill a cell
}

bool PlaneFits(const ChannelPlane &plane) {
  return plane.data != nullptr && plane.width > 0 && plane.height > 0 && plane.step > 0 && plane.subsampling > 0 &&
         plane.stride >= static_cast<std::int64_t>(plane.width - 1) * plane.step + 1;
}

bool FrameFits(const FrameChannels &frame) {
  return std::all_of(std::begin(frame.channel), std::end(frame.channel), PlaneFits);
}

struct CropJob {
  const FrameCrops &crops;
  const CropOutputs &out;
};

struct GreyJob {
  const GreyPart &part;
  std::uint8_t *grey;
};

}  // namespace

PlaneWindow WindowOf(const Placement &crop_from_frame, int crop_size, int plane_width, int plane_height,
                     int subsampling) noexcept {
  // Plane pixel i covers frame pixels s*i .. s*i + s-1: its centre lies at s*i + (s-1)/2.
  const double s = subsampling;
  Placement crop_from_cell = Then({s, 0, (s - 1) / 2, (s - 1) / 2}, crop_from_frame);
  PlaneWindow window;
  window.columns = plane_width;
  window.rows = plane_height;
  const double scale = std::hypot(crop_from_cell.a, crop_from_cell.b);
  if (scale < 0.5 && scale > 0) {
    // The crop's bounding rectangle in the plane.
    const int longest = std::max(plane_width, plane_height);
    const int factor = std::max(2, static_cast<int>(std::min<double>(1 / scale, longest)));
    double plane_from_crop[6];
    Invert(crop_from_cell, plane_from_crop);
    const double middle = crop_size / 2.0;
    const double x = plane_from_crop[0] * middle + plane_from_crop[1] * middle + plane_from_crop[2];
    const double y = plane_from_crop[3] * middle + plane_from_crop[4] * middle + plane_from_crop[5];
    const double reach =
        0.5 * crop_size * (std::abs(crop_from_cell.a) + std::abs(crop_from_cell.b)) / (scale * scale) + 2 * factor;
    PlaneWindow shrunk;
    shrunk.factor = factor;
    Cells(x - reach, x + reach, factor, plane_width, &shrunk.left, &shrunk.columns);
    Cells(y - reach, y + reach, factor, plane_height, &shrunk.top, &shrunk.rows);
    if (shrunk.columns > 0 && shrunk.rows > 0) {  // a smaller plane keeps its pixels
      window = shrunk;
      const double centring = (factor - 1) / 2.0;
      crop_from_cell =
          Then({static_cast<double>(factor), 0, window.left + centring, window.top + centring}, crop_from_cell);
    }
  }
  Invert(crop_from_cell, window.cell_from_crop);
  return window;
}

OpStatus AddCrop(const Placement &crop_from_frame, FrameCrops *crops) noexcept {
  if (crops->count < 0 || crops->count >= kMaxCrops) return OpStatus::kBadShape;
  PlaneWindow *windows = crops->windows[crops->count++];
  for (int c = 0; c < kFrameChannels; ++c) {
    const ChannelPlane &plane = crops->frame.channel[c];
    windows[c] = WindowOf(crop_from_frame, crops->size, plane.width, plane.height, plane.subsampling);
  }
  return OpStatus::kOk;
}

OpStatus CheckCrops(const FrameCrops &crops) noexcept {
  if (crops.count < 1 || crops.count > kMaxCrops || crops.size < 1 || crops.size > kLargestCrop) {
    return OpStatus::kBadShape;
  }
  if (!FrameFits(crops.frame)) return OpStatus::kBadShape;
  for (int i = 0; i < crops.count; ++i) {
    for (int c = 0; c < kFrameChannels; ++c) {
      const ChannelPlane &plane = crops.frame.channel[c];
      const PlaneWindow &window = crops.windows[i][c];
      const bool inside = window.factor > 0 && window.left >= 0 && window.top >= 0 && window.columns > 0 &&
                          window.rows > 0 && window.columns <= (plane.width - window.left) / window.factor &&
                          window.rows <= (plane.height - window.top) / window.factor;
      if (!inside) return OpStatus::kBadShape;
    }
  }
  return OpStatus::kOk;
}

OpStatus CheckGrey(const GreyPart &part) noexcept {
  const bool positive = part.columns > 0 && part.rows > 0 && part.left >= 0 && part.top >= 0;
  if (!positive || part.columns > part.width || part.rows > part.height) return OpStatus::kBadShape;
  const ChannelPlane &plane = part.frame.channel[0];
  if (!FrameFits(part.frame) || part.width > plane.width - part.left || part.height > plane.height - part.top) {
    return OpStatus::kBadShape;
  }
  return OpStatus::kOk;
}

OpStatus CropFrameCpu(const FrameCrops &crops, const CropOutputs &out, ParallelFor parallel) noexcept {
  const OpStatus status = CheckCrops(crops);
  if (status != OpStatus::kOk) return status;
  CropJob job{crops, out};
  const auto body = [](void *context, std::int64_t begin, std::int64_t end) {
    const auto &at = *static_cast<CropJob *>(context);
    for (std::int64_t pixel = begin; pixel < end; ++pixel) WriteCropPixel(at.crops, at.out, pixel);
  };
  parallel(std::int64_t{crops.count} * crops.size * crops.size, kPixelsAtLeast, body, &job);
  return OpStatus::kOk;
}

OpStatus GreyOfFrameCpu(const GreyPart &part, std::uint8_t *grey, ParallelFor parallel) noexcept {
  const OpStatus status = CheckGrey(part);
  if (status != OpStatus::kOk) return status;
  GreyJob job{part, grey};
  const auto body = [](void *context, std::int64_t begin, std::int64_t end) {
    const auto &at = *static_cast<GreyJob *>(context);
    for (std::int64_t pixel = begin; pixel < end; ++pixel) at.grey[pixel] = GreyPixel(at.part, pixel);
  };
  parallel(std::int64_t{part.columns} * part.rows, kPixelsAtLeast, body, &job);
  return OpStatus::kOk;
}

}  // namespace kpt::ops
