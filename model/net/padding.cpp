// Keypoint padding: plans (which slot lies where on which link), and a picture's points filled in by a plan.
// Plain C++; must not know Torch, pictures or time. Called by training episodes, the estimator and the golden runner.
#include "kpt/net/padding.h"

#include <algorithm>
#include <string>

#include "kpt/base/error.h"

namespace kpt::net {
namespace {

/// A plan without slots; refuses links that name keypoints which do not exist.
PadPlan EmptyPlan(int real_keypoints, const std::vector<Link> &links) {
  if (real_keypoints < 0) throw Error(ErrorCode::kInvalidArgument, "padding: the number of keypoints is negative");
  for (const Link &link : links) {
    for (const int end : link) {
      if (end >= 0 && end < real_keypoints) continue;
      throw Error(ErrorCode::kInvalidArgument, "padding: a link names keypoint " + std::to_string(end) +
                                                   ", but there are " + std::to_string(real_keypoints) + " (from 0)");
    }
  }
  return {real_keypoints, links, {}};
}

int SlotCount(int real_keypoints, int padded_keypoints) { return std::max(0, padded_keypoints - real_keypoints); }

/// `lam` weighs the start (specification, section 3).
Point2 OnLink(const Point2 &start, const Point2 &end, float lam) {
  return {lam * start.x + (1 - lam) * end.x, lam * start.y + (1 - lam) * end.y};
}

}  // namespace

PadPlan MixupPadding(int real_keypoints, const std::vector<Link> &links, int padded_keypoints,
                     std::mt19937_64 &random) {
  const int slots = SlotCount(real_keypoints, padded_keypoints);
  if (links.empty()) return ZeroPadding(real_keypoints, links, padded_keypoints);
  std::uniform_int_distribution<int> any_link(0, static_cast<int>(links.size()) - 1);
  std::uniform_real_distribution<float> uniform(0, 1);  // Beta(1, 1)
  std::vector<int> link_of_slot(slots);
  std::vector<float> lam_of_index(static_cast<std::size_t>(real_keypoints) + slots);
  for (int &link : link_of_slot) link = any_link(random);
  for (float &lam : lam_of_index) lam = uniform(random);
  return MixupPaddingFromDraws(real_keypoints, links, padded_keypoints, link_of_slot, lam_of_index);
}

PadPlan MixupPaddingFromDraws(int real_keypoints, const std::vector<Link> &links, int padded_keypoints,
                              const std::vector<int> &link_of_slot, const std::vector<float> &lam_of_index) {
  PadPlan plan = EmptyPlan(real_keypoints, links);
  const auto slots = static_cast<std::size_t>(SlotCount(real_keypoints, padded_keypoints));
  if (link_of_slot.size() != slots || lam_of_index.size() < real_keypoints + slots) {
    throw Error(ErrorCode::kInvalidArgument, "padding: one link a slot and one lam an index are needed");
  }
  std::vector<int> grouped = link_of_slot;
  std::sort(grouped.begin(), grouped.end());
  for (std::size_t i = 0; i < slots; ++i) {
    if (grouped[i] < 0 || grouped[i] >= static_cast<int>(links.size())) {
      throw Error(ErrorCode::kInvalidArgument, "padding: a slot names link " + std::to_string(grouped[i]) +
                                                   ", but there are " + std::to_string(links.size()));
    }
    plan.slots.push_back({grouped[i], lam_of_index[real_keypoints + i]});
  }
  std::sort(plan.slots.begin(), plan.slots.end(),
            [](const PadSlot &a, const PadSlot &b) { return a.link != b.link ? a.link < b.link : a.lam < b.lam; });
  return plan;
}

PadPlan EqualDivisionPadding(int real_keypoints, const std::vector<Link> &links, int padded_keypoints) {
  PadPlan plan = EmptyPlan(real_keypoints, links);
  const int slots = SlotCount(real_keypoints, padded_keypoints);
  const int link_count = static_cast<int>(links.size());
  const int per_link = link_count > 0 ? slots / link_count : 0;
  for (int link = 0; link < link_count; ++link) {
    for (int i = 1; i <= per_link; ++i)
      plan.slots.push_back({link, static_cast<float>(i) / static_cast<float>(per_link + 1)});
  }
  plan.slots.resize(slots);
  return plan;
}

PadPlan ZeroPadding(int real_keypoints, const std::vector<Link> &links, int padded_keypoints) {
  PadPlan plan = EmptyPlan(real_keypoints, links);
  plan.slots.resize(SlotCount(real_keypoints, padded_keypoints));
  return plan;
}

PadPlan PaddingFor(const NetConfig &config, int real_keypoints, const std::vector<Link> &links) {
  return config.pad_on_links ? EqualDivisionPadding(real_keypoints, links, config.padded_keypoints)
                             : ZeroPadding(real_keypoints, links, config.padded_keypoints);
}

Keypoints Pad(const Keypoints &real, const PadPlan &plan) {
  const auto count = static_cast<std::size_t>(plan.real_keypoints);
  if (real.points.size() != count || real.visible.size() != count) {
    throw Error(ErrorCode::kInvalidArgument, "padding: the plan is for " + std::to_string(count) +
                                                 " keypoints, given " + std::to_string(real.points.size()) +
                                                 " points and " + std::to_string(real.visible.size()) +
                                                 " visibilities");
  }
  Keypoints padded = real;
  for (const PadSlot &slot : plan.slots) {
    if (slot.link < 0) {
      padded.points.push_back({});
      padded.visible.push_back(false);
      continue;
    }
    const auto [start, end] = plan.links[slot.link];
    padded.points.push_back(OnLink(real.points[start], real.points[end], slot.lam));
    padded.visible.push_back(real.visible[start] && real.visible[end]);
  }
  return padded;
}

std::vector<Link> LinksAfterPadding(const PadPlan &plan, const Keypoints &padded) {
  if (padded.visible.size() != plan.real_keypoints + plan.slots.size()) {
    throw Error(ErrorCode::kInvalidArgument, "padding: the keypoints are not padded by this plan");
  }
  std::vector<Link> links = plan.links;
  for (std::size_t i = 0; i < plan.slots.size(); ++i) {
    const int link = plan.slots[i].link;
    const int index = plan.real_keypoints + static_cast<int>(i);
    if (link < 0 || !padded.visible[index]) continue;
    const bool is_first = i == 0 || plan.slots[i - 1].link != link;
    const bool is_last = i + 1 == plan.slots.size() || plan.slots[i + 1].link != link;
    links.push_back({is_first ? plan.links[link][0] : index - 1, index});
    if (is_last) links.push_back({index, plan.links[link][1]});
  }
  return links;
}

}  // namespace kpt::net
