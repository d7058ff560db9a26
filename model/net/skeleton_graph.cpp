// The skeleton as a graph: linked references (specification, section 4) and the tree for categories without links.
// Plain C++; must not know Torch or pictures. Called beside padding by training episodes and the estimator.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <tuple>

#include "kpt/base/error.h"
#include "kpt/net/padding.h"

namespace kpt::net {
namespace {

int CheckedIndex(int index, std::size_t keypoints) {
  if (index >= 0 && static_cast<std::size_t>(index) < keypoints) return index;
  throw Error(ErrorCode::kInvalidArgument, "skeleton: a link names keypoint " + std::to_string(index) +
                                               ", but there are " + std::to_string(keypoints) + " (from 0)");
}

/// Each keypoint's neighbours, in the order in which their links are listed.
std::vector<std::vector<int>> NeighboursOf(const std::vector<Link> &links, std::size_t keypoints) {
  std::vector<std::vector<int>> neighbours(keypoints);
  for (const auto &[start, end] : links) {
    neighbours[CheckedIndex(start, keypoints)].push_back(end);
    neighbours[CheckedIndex(end, keypoints)].push_back(start);
  }
  return neighbours;
}

struct Mean {
  double x = 0;
  double y = 0;
  int count = 0;
};

std::vector<Mean> MeanPoints(const std::vector<Keypoints> &shots) {
  std::vector<Mean> means(shots.empty() ? 0 : shots.front().points.size());
  for (const Keypoints &shot : shots) {
    if (shot.points.size() != means.size() || shot.visible.size() != means.size()) {
      throw Error(ErrorCode::kInvalidArgument, "spanning tree: the shots have different numbers of keypoints");
    }
    for (std::size_t i = 0; i < means.size(); ++i) {
      if (!shot.visible[i]) continue;
      means[i].x += shot.points[i].x;
      means[i].y += shot.points[i].y;
      ++means[i].count;
    }
  }
  for (Mean &mean : means) {
    mean.x /= std::max(mean.count, 1);
    mean.y /= std::max(mean.count, 1);
  }
  return means;
}

/// Which keypoints are joined already.
class Components {
 public:
  explicit Components(std::size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), 0); }

  bool Join(int a, int b) {
    a = RootOf(a);
    b = RootOf(b);
    parent_[a] = b;
    return a != b;
  }

 private:
  int RootOf(int i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  std::vector<int> parent_;
};

}  // namespace

std::vector<std::vector<std::int64_t>> LinkedReferences(const std::vector<Link> &links,
                                                        const std::vector<bool> &visible, int entries,
                                                        std::vector<std::vector<int>> *depth) {
  if (entries < 1) throw Error(ErrorCode::kInvalidArgument, "linked references: at least one entry is needed");
  const std::size_t keypoints = visible.size();
  const auto wanted = static_cast<std::size_t>(entries);
  const auto neighbours = NeighboursOf(links, keypoints);
  std::vector<std::vector<std::int64_t>> references(keypoints);
  if (depth != nullptr) depth->assign(keypoints, {});

  std::vector<std::size_t> seen_from(keypoints, keypoints);  // the last start that reached this keypoint
  for (std::size_t start = 0; start < keypoints; ++start) {
    std::vector<std::int64_t> &found = references[start];  // in the order of the walk: the queue as well
    std::vector<int> walked = {0};
    found.push_back(static_cast<std::int64_t>(start));
    seen_from[start] = start;
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (!visible[found[i]]) continue;
      for (const int neighbour : neighbours[found[i]]) {
        if (found.size() == wanted) break;
        if (seen_from[neighbour] == start) continue;
        seen_from[neighbour] = start;
        found.push_back(neighbour);
        walked.push_back(walked[i] + 1);
      }
    }
    found.resize(wanted, static_cast<std::int64_t>(start));
    walked.resize(wanted, 0);
    if (depth != nullptr) (*depth)[start] = std::move(walked);
  }
  return references;
}

std::vector<Link> JoinedSkeleton(const std::vector<Link> &links, const std::vector<Keypoints> &shots) {
  const std::vector<Mean> means = MeanPoints(shots);
  const int keypoints = static_cast<int>(means.size());
  Components components(means.size());
  for (const auto &[start, end] : links) {
    components.Join(CheckedIndex(start, means.size()), CheckedIndex(end, means.size()));
  }

  std::vector<std::tuple<double, int, int>> edges;  // sorts by (length, i, j)
  for (int i = 0; i < keypoints; ++i) {
    for (int j = i + 1; j < keypoints; ++j) {
      if (means[i].count == 0 || means[j].count == 0) continue;
      edges.emplace_back(std::hypot(means[i].x - means[j].x, means[i].y - means[j].y), i, j);
    }
  }
  std::sort(edges.begin(), edges.end());

  std::vector<Link> added;
  for (const auto &[length, i, j] : edges) {
    if (components.Join(i, j)) added.push_back({i, j});
  }
  std::sort(added.begin(), added.end());
  std::vector<Link> joined = links;
  joined.insert(joined.end(), added.begin(), added.end());
  return joined;
}

std::vector<Link> SpanningTree(const std::vector<Keypoints> &shots) { return JoinedSkeleton({}, shots); }

}  // namespace kpt::net
