// Padding and linked references: against the released implementation's results, and the rules on small skeletons.
#include "kpt/net/padding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "kpt/base/error.h"

namespace kpt::net {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::filesystem::path kGolden = std::filesystem::path(KPT_SHARED_DIR) / "golden" / "padding.json";

Keypoints Visible(std::vector<Point2> points) {
  std::vector<bool> visible(points.size(), true);
  return {std::move(points), std::move(visible)};
}

PadPlan PlanOf(const json &skeleton, const std::string &mode) {
  const int real = static_cast<int>(skeleton["keypoints"].size());
  const auto links = skeleton["links"].get<std::vector<Link>>();
  const int padded = skeleton["K"];
  if (mode == "equal_division") return EqualDivisionPadding(real, links, padded);
  if (mode == "zero") return ZeroPadding(real, links, padded);
  const json &draws = skeleton["draws"];
  return MixupPaddingFromDraws(real, links, padded, draws["link"].get<std::vector<int>>(),
                               draws["lam"].get<std::vector<float>>());
}

void ExpectEqual(const json &skeleton, const std::string &mode) {
  Keypoints real;
  for (const json &point : skeleton["keypoints"]) real.points.push_back({point[0].get<float>(), point[1].get<float>()});
  real.visible = skeleton["visible"].get<std::vector<bool>>();
  const json &expected = skeleton["results"][mode];

  const PadPlan plan = PlanOf(skeleton, mode);
  const Keypoints padded = Pad(real, plan);
  ASSERT_EQ(padded.points.size(), expected["points"].size());
  for (std::size_t i = 0; i < padded.points.size(); ++i) {
    EXPECT_FLOAT_EQ(padded.points[i].x, expected["points"][i][0].get<float>()) << "keypoint " << i;
    EXPECT_FLOAT_EQ(padded.points[i].y, expected["points"][i][1].get<float>()) << "keypoint " << i;
  }
  EXPECT_EQ(padded.visible, expected["visible"].get<std::vector<bool>>());

  const std::vector<Link> links = LinksAfterPadding(plan, padded);
  EXPECT_EQ(links, expected["links"].get<std::vector<Link>>());
  std::vector<std::vector<int>> depth;
  EXPECT_EQ(LinkedReferences(links, padded.visible, 16, &depth),
            expected["linked_refs"].get<std::vector<std::vector<std::int64_t>>>());
  EXPECT_EQ(depth, expected["linked_depth"].get<std::vector<std::vector<int>>>());
}

TEST(Padding, AgreesWithTheReleasedImplementation) {
  if (!std::filesystem::exists(kGolden)) GTEST_SKIP() << kGolden << " is not there";
  const json skeletons = json::parse(std::ifstream(kGolden));
  ASSERT_EQ(skeletons.size(), 8U);
  for (std::size_t i = 0; i < skeletons.size(); ++i) {
    for (const char *mode : {"mixup", "equal_division", "zero"}) {
      SCOPED_TRACE("skeleton " + std::to_string(i) + ", " + mode);
      ExpectEqual(skeletons[i], mode);
    }
  }
}

TEST(Padding, EqualDivisionSpacesPointsFromTheLinksEnd) {
  const PadPlan plan = EqualDivisionPadding(2, {{0, 1}}, 5);
  const Keypoints padded = Pad(Visible({{0, 0}, {1, 0.5F}}), plan);
  ASSERT_EQ(padded.points.size(), 5U);
  EXPECT_FLOAT_EQ(padded.points[2].x, 0.75F);
  EXPECT_FLOAT_EQ(padded.points[4].x, 0.25F);
  EXPECT_FLOAT_EQ(padded.points[4].y, 0.125F);
  EXPECT_THAT(LinksAfterPadding(plan, padded), ElementsAre(Link{0, 1}, Link{0, 2}, Link{2, 3}, Link{3, 4}, Link{4, 1}));
}

TEST(Padding, EqualDivisionLeavesTheRemainderEmpty) {
  const PadPlan plan = EqualDivisionPadding(3, {{0, 1}, {1, 2}}, 8);
  ASSERT_EQ(plan.slots.size(), 5U);
  EXPECT_EQ(plan.slots[3].link, 1);
  EXPECT_EQ(plan.slots[4].link, -1);
  EXPECT_FALSE(Pad(Visible({{1, 1}, {1, 1}, {1, 1}}), plan).visible[7]);
}

TEST(Padding, AnInvisibleEndHidesTheLinksPointsAndGivesNoNewLinks) {
  Keypoints real = Visible({{0, 0}, {1, 0}, {1, 1}});
  real.visible[2] = false;
  const PadPlan plan = EqualDivisionPadding(3, {{0, 1}, {1, 2}}, 5);
  const Keypoints padded = Pad(real, plan);
  EXPECT_THAT(padded.visible, ElementsAre(true, true, false, true, false));
  EXPECT_THAT(LinksAfterPadding(plan, padded), ElementsAre(Link{0, 1}, Link{1, 2}, Link{0, 3}, Link{3, 1}));
}

TEST(Padding, MixupDrawsOnlyFromItsGenerator) {
  const std::vector<Link> links = {{0, 1}, {1, 2}, {2, 3}};
  std::mt19937_64 first(7), same(7), other(8);
  const PadPlan a = MixupPadding(4, links, 40, first);
  const PadPlan b = MixupPadding(4, links, 40, same);
  const PadPlan c = MixupPadding(4, links, 40, other);
  ASSERT_EQ(a.slots.size(), 36U);
  const auto equal = [](const PadSlot &x, const PadSlot &y) { return x.link == y.link && x.lam == y.lam; };
  EXPECT_TRUE(std::equal(a.slots.begin(), a.slots.end(), b.slots.begin(), equal));
  EXPECT_FALSE(std::equal(a.slots.begin(), a.slots.end(), c.slots.begin(), equal));
}

TEST(Padding, MixupUsesEveryLinkAndSpreadsUniformly) {
  std::mt19937_64 random(1);
  const PadPlan plan = MixupPadding(3, {{0, 1}, {1, 2}}, 1003, random);
  std::array<int, 2> count{};
  double sum = 0;
  for (std::size_t i = 0; i < plan.slots.size(); ++i) {
    const PadSlot &slot = plan.slots[i];
    ASSERT_TRUE(slot.link == 0 || slot.link == 1);
    ASSERT_TRUE(slot.lam >= 0 && slot.lam <= 1);
    if (i > 0 && plan.slots[i - 1].link == slot.link) {
      EXPECT_LE(plan.slots[i - 1].lam, slot.lam);
    }
    ++count[slot.link];
    sum += slot.lam;
  }
  EXPECT_NEAR(count[0], 500, 80);  // five standard deviations
  EXPECT_NEAR(sum / 1000, 0.5, 0.05);
}

TEST(Padding, MoreKeypointsThanPaddedCountAddsNothing) {
  std::mt19937_64 random(1);
  const std::vector<Link> links = {{0, 9}};
  for (const PadPlan &plan :
       {EqualDivisionPadding(10, links, 4), ZeroPadding(10, links, 4), MixupPadding(10, links, 4, random)}) {
    EXPECT_EQ(plan.real_keypoints, 10);
    EXPECT_THAT(plan.slots, IsEmpty());
  }
}

TEST(Padding, WithoutLinksTheSlotsAreEmpty) {
  std::mt19937_64 random(1);
  for (const PadPlan &plan : {EqualDivisionPadding(1, {}, 4), MixupPadding(1, {}, 4, random)}) {
    const Keypoints padded = Pad(Visible({{0.5F, 0.5F}}), plan);
    EXPECT_THAT(padded.visible, ElementsAre(true, false, false, false));
    EXPECT_THAT(LinksAfterPadding(plan, padded), IsEmpty());
  }
}

TEST(Padding, BadArgumentsAreErrors) {
  const PadPlan plan = EqualDivisionPadding(2, {{0, 1}}, 5);
  EXPECT_THROW(EqualDivisionPadding(2, {{0, 2}}, 5), Error);
  EXPECT_THROW(ZeroPadding(2, {{-1, 0}}, 5), Error);
  EXPECT_THROW(ZeroPadding(-1, {}, 5), Error);
  EXPECT_THROW(MixupPaddingFromDraws(2, {{0, 1}}, 4, {0}, {0, 0, 0, 0}), Error);
  EXPECT_THROW(MixupPaddingFromDraws(2, {{0, 1}}, 4, {0, 1}, {0, 0, 0, 0}), Error);
  EXPECT_THROW(MixupPaddingFromDraws(2, {{0, 1}}, 4, {0, 0}, {0, 0}), Error);
  EXPECT_THROW(Pad(Visible({{0, 0}}), plan), Error);
  EXPECT_THROW(LinksAfterPadding(plan, Visible({{0, 0}, {1, 1}})), Error);
  EXPECT_THROW(LinkedReferences({{0, 2}}, {true, true}), Error);
  EXPECT_THROW(LinkedReferences({}, {true}, 0), Error);
}

TEST(LinkedReferences, AnInvisiblePointIsReachedButNotWalkedThrough) {
  const auto references = LinkedReferences({{0, 1}, {1, 2}, {0, 3}}, {true, false, true, true}, 4);
  EXPECT_THAT(references[0], ElementsAre(0, 1, 3, 0));
  EXPECT_THAT(references[1], ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(references[2], ElementsAre(2, 1, 2, 2));
}

TEST(LinkedReferences, DoubledAndSelfLinksCountOnce) {
  EXPECT_THAT(LinkedReferences({{0, 1}, {1, 0}, {0, 0}}, {true, true}, 3)[0], ElementsAre(0, 1, 0));
}

TEST(SpanningTree, JoinsNearestPointsAndSortsLinks) {
  EXPECT_THAT(SpanningTree({Visible({{0, 0}, {1, 0}, {0.1F, 0}, {0.5F, 0}})}),
              ElementsAre(Link{0, 2}, Link{1, 3}, Link{2, 3}));
}

TEST(SpanningTree, TiesGoToTheLowestIndices) {
  EXPECT_THAT(SpanningTree({Visible({{0, 0}, {1, 0}, {1, 1}, {0, 1}})}),
              ElementsAre(Link{0, 1}, Link{0, 3}, Link{1, 2}));
}

TEST(SpanningTree, UsesTheMeanOverTheShotsThatSeeAPoint) {
  Keypoints second = Visible({{0, 0}, {9, 9}, {0, 3}});
  second.visible[1] = false;
  const Keypoints first = Visible({{0, 0}, {1, 0}, {0, 1}});  // means: (0, 0), (1, 0), (0, 2)
  EXPECT_THAT(SpanningTree({first, second}), ElementsAre(Link{0, 1}, Link{0, 2}));
}

TEST(SpanningTree, LeavesOutPointsThatNoShotSees) {
  Keypoints shot = Visible({{0, 0}, {0.1F, 0}, {0.2F, 0}});
  shot.visible[1] = false;
  EXPECT_THAT(SpanningTree({shot}), ElementsAre(Link{0, 2}));
  EXPECT_THAT(SpanningTree({}), IsEmpty());
  EXPECT_THROW(SpanningTree({shot, Visible({{0, 0}})}), Error);
}

TEST(JoinedSkeleton, KeepsLinksAndJoinsThePartsByTheShortest) {
  const Keypoints shot = Visible({{0, 0}, {1, 0}, {0.4F, 0}, {0.45F, 0}});
  EXPECT_THAT(JoinedSkeleton({{1, 0}, {3, 2}}, {shot}), ElementsAre(Link{1, 0}, Link{3, 2}, Link{0, 2}));
  EXPECT_THAT(JoinedSkeleton({{0, 1}, {1, 2}, {2, 3}}, {shot}), ElementsAre(Link{0, 1}, Link{1, 2}, Link{2, 3}));
  EXPECT_THROW(JoinedSkeleton({{0, 4}}, {shot}), Error);
}

}  // namespace
}  // namespace kpt::net
