#include "adoption_trial.h"

#include <algorithm>
#include <deque>

#include "kpt/base/error.h"
#include "kpt/shot_adoption.h"

namespace kpt::trials {
namespace {

/// Adopts labelled frames that are due.
class TruthAdopter {
 public:
  TruthAdopter(const LabelledClip &clip, const Trial &trial, const TrueAdoption &adoption, const Estimator &network)
      : clip_(clip), settings_(trial.settings), adoption_(adoption), network_(network.ShareNetwork()) {
    last_ = clip.labels.front().frame;
  }

  void operator()(const Followed &followed) {
    if (followed.frame - last_ < adoption_.every) return;
    const auto labels = std::find_if(clip_.labels.begin(), clip_.labels.end(),
                                     [&](const Labels &l) { return l.frame == followed.frame; });
    if (labels == clip_.labels.end()) return;
    last_ = followed.frame;
    extra_.push_back(ShotOf(clip_, *labels));
    if (extra_.size() > adoption_.most) extra_.pop_front();
    SupportSet support = clip_.support;
    support.shots.insert(support.shots.end(), extra_.begin(), extra_.end());
    auto next = Tracker::Create(network_->ShareNetwork(), std::move(support), settings_);
    ThrowIfFailed(next.status());
    ThrowIfFailed(next.value()->Continue(**followed.tracker));
    *followed.tracker = std::move(next).value();
  }

 private:
  const LabelledClip &clip_;
  TrackerSettings settings_;
  TrueAdoption adoption_;
  std::unique_ptr<Estimator> network_;
  std::deque<SupportShot> extra_;
  int last_;
};

}  // namespace

AfterFrame AdoptByRule(const LabelledClip &clip, const Trial &trial, int most, const Estimator &network,
                       int *adoptions) {
  auto made = ShotAdoption::Create(network, clip.support, trial.settings, most);
  ThrowIfFailed(made.status());
  const std::shared_ptr<ShotAdoption> adoption = std::move(made).value();
  return [adoption, settings = trial.settings, adoptions](const Followed &followed) {
    const Tracker *before = followed.tracker->get();
    ThrowIfFailed(adoption->Learn(followed.view, settings, followed.found, followed.tracker));
    if (adoptions != nullptr) *adoptions += followed.tracker->get() != before;
  };
}

Score FollowAdoptingTruth(const LabelledClip &clip, const Trial &trial, const TrueAdoption &adoption,
                          std::unique_ptr<Estimator> estimator) {
  TruthAdopter adopter(clip, trial, adoption, *estimator);
  return Follow(clip, trial, std::move(estimator), std::ref(adopter));
}

}  // namespace kpt::trials
