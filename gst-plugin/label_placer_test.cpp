// Labels: beside their points, over no other label or point, in the frame, and where they were before.
#include "label_placer.h"

#include <gtest/gtest.h>

#include <random>

namespace kpt::gst {
namespace {

constexpr int kWidth = 320, kHeight = 240;
const InstanceKey kMouse = {"mouse", 1};

LabelPlacer::Request RequestAt(Point2 xy, std::size_t keypoint = 0) {
  return {kMouse, keypoint, xy, {kWidth / 2.0F, kHeight / 2.0F}, 6, 40, 12};
}

bool Overlap(const Box &a, const Box &b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

bool Holds(const Box &box, Point2 point) {
  return point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y && point.y <= box.y + box.height;
}

TEST(LabelPlacer, CoversNoPointAndNoOtherLabel) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> x(0, kWidth), y(0, kHeight);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<Point2> points(25);
    for (Point2 &point : points) point = {x(random), y(random)};
    LabelPlacer placer;
    placer.Begin(kWidth, kHeight, points);
    std::vector<Box> labels;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const auto place = placer.Find(RequestAt(points[i], i));
      if (!place) continue;
      for (const Box &label : labels) EXPECT_FALSE(Overlap(label, place->box));
      for (const Point2 &point : points) EXPECT_FALSE(Holds(place->box, point));
      EXPECT_TRUE(place->box.x >= 0 && place->box.x + place->box.width <= kWidth);
      EXPECT_TRUE(place->box.y >= 0 && place->box.y + place->box.height <= kHeight);
      labels.push_back(place->box);
    }
    EXPECT_GT(labels.size(), 10U) << "some find no room, most do";
  }
}

TEST(LabelPlacer, ALabelLiesOutsideTheObject) {
  LabelPlacer placer;
  const Point2 right = {200, 120}, left = {120, 120};
  placer.Begin(kWidth, kHeight, {right, left});
  EXPECT_GT(placer.Find(RequestAt(right, 0))->box.x, right.x);
  EXPECT_LT(placer.Find(RequestAt(left, 1))->box.x + 40, left.x);
}

TEST(LabelPlacer, ALabelStaysOnItsSideUntilThereIsNoRoom) {
  LabelPlacer placer;
  const auto side = [&](Point2 at, std::vector<Point2> others) {
    others.push_back(at);
    placer.Begin(kWidth, kHeight, std::move(others));
    return placer.Find(RequestAt(at))->box.x > at.x;
  };
  EXPECT_TRUE(side({170, 120}, {}));
  EXPECT_TRUE(side({150, 120}, {})) << "now left of the object's centre, and does not hop";
  EXPECT_FALSE(side({150, 120}, {{175, 120}})) << "a point has come where the label was";
  placer.Reset();
  EXPECT_TRUE(side({170, 120}, {}));
}

TEST(LabelPlacer, NoLabelWhereThereIsNoRoom) {
  LabelPlacer placer;
  placer.Begin(kWidth, kHeight, {{160, 120}});
  placer.Take({0, 0, kWidth, kHeight});
  EXPECT_FALSE(placer.Find(RequestAt({160, 120})));
}

}  // namespace
}  // namespace kpt::gst
