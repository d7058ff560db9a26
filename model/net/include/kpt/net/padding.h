// Padding of a category's keypoints to K slots with points on links, and the linked reference indices
// (specification, sections 3 and 4). Plain C++, no Torch. Called by training episodes and by the estimator.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "kpt/base/geometry.h"
#include "kpt/net/net_config.h"

namespace kpt::net {

/// The keypoints of one picture: normalised to [0, 1] over the crop.
struct Keypoints {
  std::vector<Point2> points;
  std::vector<bool> visible;
};

/// Where a padded slot lies: on `link`, at lam * start + (1 - lam) * end. link < 0: an empty slot (zeros, not visible).
struct PadSlot {
  int link = -1;
  float lam = 0;
};

/// The slots K_c .. K-1 of an episode, grouped by link, `lam` ascending inside one: the same for all of its pictures.
struct PadPlan {
  int real_keypoints = 0;
  std::vector<Link> links;  ///< the original ones
  std::vector<PadSlot> slots;
};

// Every plan: K_c > K adds no slots; without links all slots are empty (a caller that wants points on links gives the
// SpanningTree). Error(kInvalidArgument) where a link names a keypoint that does not exist, or sizes disagree.

/// Training: each slot takes a random link; lam ~ Beta(1, 1).
PadPlan MixupPadding(int real_keypoints, const std::vector<Link> &links, int padded_keypoints, std::mt19937_64 &random);
/// The same with the draws given: `link` has one entry a slot (in any order), `lam` one for each of the K indices, as
/// in the golden file (slot number i after grouping takes the lam of index i, then each link's are sorted).
PadPlan MixupPaddingFromDraws(int real_keypoints, const std::vector<Link> &links, int padded_keypoints,
                              const std::vector<int> &link_of_slot, const std::vector<float> &lam_of_index);
/// Test: n = (K - K_c) div links points a link, equally spaced; the rest are empty slots.
PadPlan EqualDivisionPadding(int real_keypoints, const std::vector<Link> &links, int padded_keypoints);
/// The baseline: empty slots only.
PadPlan ZeroPadding(int real_keypoints, const std::vector<Link> &links, int padded_keypoints);
/// What a network is used with: equal division, or empty slots where its configuration says so.
PadPlan PaddingFor(const NetConfig &config, int real_keypoints, const std::vector<Link> &links);

/// A picture's keypoints with the plan's slots filled: K_c + slots entries. A padded point is visible where both ends
/// are.
Keypoints Pad(const Keypoints &real, const PadPlan &plan);

/// The plan's original links, first, then the chains through each link's visible added points.
std::vector<Link> LinksAfterPadding(const PadPlan &plan, const Keypoints &padded);

/// For every keypoint `entries` indices: breadth first over the links, itself first, padded with itself; expansion from
/// visible points only. `depth` (same shape) is the number of links walked, may be null.
std::vector<std::vector<std::int64_t>> LinkedReferences(const std::vector<Link> &links,
                                                        const std::vector<bool> &visible, int entries = 16,
                                                        std::vector<std::vector<int>> *depth = nullptr);

/// For a category without links: the minimum spanning tree over the points' means over the shots that see them
/// (Kruskal, ties by (length, i, j)), links sorted. Points that no shot sees are left out of the tree.
std::vector<Link> SpanningTree(const std::vector<Keypoints> &shots);

/// A skeleton in one piece: `links` as they are, then the shortest links (as in SpanningTree) that join the parts which
/// they leave apart, so that every point has linked references. Error(kInvalidArgument) as for the plans.
std::vector<Link> JoinedSkeleton(const std::vector<Link> &links, const std::vector<Keypoints> &shots);

}  // namespace kpt::net
