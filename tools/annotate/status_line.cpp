// See status_line.h.
#include "status_line.h"

#include <array>
#include <iomanip>
#include <sstream>

namespace kpt::annotate {
namespace {

constexpr std::array kModes = {"points", "links", "box"};                                         // as in Mode
constexpr std::array kPrompts = {"none", "new-keypoint", "rename", "category", "go-to", "quit"};  // as in Prompt::Kind

const char *YesNo(bool yes) { return yes ? "yes" : "no"; }

}  // namespace

std::string StatusLine(const Session &session) {
  const Annotation &annotation = session.editor.annotation();
  const Shot *shot = session.ShotHere();
  const Point2 corner = session.viewport.WindowFromFrame({0, 0});
  std::ostringstream line;
  line << std::fixed << std::setprecision(4) << "source=" << session.position.source
       << " frame=" << session.position.index << " zoom=" << session.viewport.zoom() << " left=" << corner.x
       << " top=" << corner.y << " mode=" << kModes.at(static_cast<std::size_t>(session.mode))
       << " prompt=" << kPrompts.at(static_cast<std::size_t>(session.prompt.kind)) << " text='" << session.prompt.text
       << "' keypoint='"
       << (session.keypoint < 0 ? "" : annotation.names.at(static_cast<std::size_t>(session.keypoint)))
       << "' placed=" << (shot == nullptr ? 0 : shot->CountPlaced()) << " keypoints=" << annotation.names.size()
       << " links=" << annotation.skeleton.size() << " shots=" << annotation.shots.size()
       << " box=" << YesNo(shot != nullptr && shot->box) << " saved=" << YesNo(session.editor.is_saved())
       << " help=" << YesNo(session.help) << " message='" << session.message << "'";
  return line.str();
}

}  // namespace kpt::annotate
