#include "adoption_trial.h"

#include <algorithm>
#include <deque>
#include <optional>

#include "kpt/base/error.h"

namespace kpt::trials {
namespace {

constexpr float kSure = 0.8F;       // mean confidence of a frame that the tracker may learn from,
constexpr float kLeastSure = 0.5F;  // and of each of its points

/// What was found as labels; none where it is not sure.
std::optional<Labels> OwnLabels(int frame, const FrameResult &found) {
  if (found.instances.empty()) return std::nullopt;
  const Instance &instance = found.instances[0];
  const auto sure = [](const TrackedPoint &p) { return p.confidence >= kLeastSure; };
  if (instance.state != TrackState::kTracked || instance.confidence < kSure) return std::nullopt;
  if (!std::all_of(instance.points.begin(), instance.points.end(), sure)) return std::nullopt;
  Labels labels{frame, instance.box, {}, std::vector<bool>(instance.points.size(), true)};
  for (const TrackedPoint &p : instance.points) labels.points.push_back(p.raw_in_frame);
  return labels;
}

/// Adopts frames that are due.
class Adopter {
 public:
  Adopter(const LabelledClip &clip, const Trial &trial, const Adoption &adoption, const Estimator &network)
      : clip_(clip), settings_(trial.settings), adoption_(adoption), network_(network.ShareNetwork()) {
    last_ = clip.labels.front().frame;
  }

  void operator()(int frame, const FrameResult &found, std::unique_ptr<Tracker> *tracker) {
    if (frame - last_ < adoption_.every) return;
    const std::optional<Labels> labels = adoption_.true_points ? TrueLabels(frame) : OwnLabels(frame, found);
    if (!labels) return;
    last_ = frame;
    extra_.push_back(ShotOf(clip_, *labels));
    if (extra_.size() > adoption_.most) extra_.pop_front();
    SupportSet support = clip_.support;
    support.shots.insert(support.shots.end(), extra_.begin(), extra_.end());
    auto next = Tracker::Create(network_->ShareNetwork(), std::move(support), settings_);
    ThrowIfFailed(next.status());
    ThrowIfFailed(next.value()->Continue(**tracker));
    *tracker = std::move(next).value();
  }

 private:
  std::optional<Labels> TrueLabels(int frame) const {
    const auto labels =
        std::find_if(clip_.labels.begin(), clip_.labels.end(), [frame](const Labels &l) { return l.frame == frame; });
    return labels == clip_.labels.end() ? std::nullopt : std::optional<Labels>(*labels);
  }

  const LabelledClip &clip_;
  TrackerSettings settings_;
  Adoption adoption_;
  std::unique_ptr<Estimator> network_;
  std::deque<SupportShot> extra_;
  int last_;
};

}  // namespace

Score FollowAdopting(const LabelledClip &clip, const Trial &trial, const Adoption &adoption,
                     std::unique_ptr<Estimator> estimator) {
  Adopter adopter(clip, trial, adoption, *estimator);
  return Follow(clip, trial, std::move(estimator), std::ref(adopter));
}

}  // namespace kpt::trials
