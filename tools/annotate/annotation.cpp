// See annotation.h.
#include "annotation.h"

#include <algorithm>
#include <filesystem>

namespace kpt::annotate {

FrameId FrameId::Of(const std::string &path, int frame) {
  std::error_code ignored;
  const std::filesystem::path resolved = std::filesystem::weakly_canonical(path, ignored);
  return {ignored ? path : resolved.string(), frame};
}

bool operator==(const FrameId &a, const FrameId &b) { return a.frame == b.frame && a.file == b.file; }

int Shot::CountPlaced() const {
  return static_cast<int>(
      std::count_if(marks.begin(), marks.end(), [](const Mark &mark) { return mark.state == PointState::kPlaced; }));
}

const Shot *Annotation::Find(const FrameId &id) const {
  const auto found = std::find_if(shots.begin(), shots.end(), [&](const Shot &shot) { return shot.id == id; });
  return found == shots.end() ? nullptr : &*found;
}

Shot *Annotation::Find(const FrameId &id) {
  return const_cast<Shot *>(static_cast<const Annotation *>(this)->Find(id));
}

Annotation FromDraft(const SupportDraft &draft) {
  Annotation annotation{draft.category, draft.keypoint_names, draft.skeleton, {}};
  for (const ShotDraft &from : draft.shots) {
    Shot shot{FrameId::Of(from.picture, from.frame), from.picture, from.box, {}};
    for (std::size_t i = 0; i < draft.keypoint_names.size(); ++i) {
      const bool visible = from.visible.at(i);
      shot.marks.push_back({visible ? PointState::kPlaced : PointState::kHidden, from.points.at(i)});
    }
    annotation.shots.push_back(std::move(shot));
  }
  return annotation;
}

SupportDraft ToDraft(const Annotation &annotation) {
  SupportDraft draft{annotation.category, annotation.names, annotation.skeleton, {}, {}};
  for (const Shot &from : annotation.shots) {
    if (from.CountPlaced() == 0) continue;
    ShotDraft shot{"", from.path, from.id.frame, from.box, {}, {}};
    for (const Mark &mark : from.marks) {
      shot.points.push_back(mark.xy_in_frame);
      shot.visible.push_back(mark.state == PointState::kPlaced);
    }
    draft.shots.push_back(std::move(shot));
  }
  return draft;
}

}  // namespace kpt::annotate
