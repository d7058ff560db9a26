#include "composed/question.h"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "kpt/base/error.h"

namespace kpt::composed {
namespace {

void PrintLine(const std::vector<std::string> &cells) {
  for (const std::string &cell : cells) std::printf("| %s ", cell.c_str());
  std::printf("|\n");
}

}  // namespace

void Report::Begin(const std::string &name, const std::vector<std::string> &columns) {
  tables_.push_back({name, {columns}});
  std::printf("\n");
  PrintLine(columns);
  for (std::size_t i = 0; i < columns.size(); ++i) std::printf("|---");
  std::printf("|\n");
  std::fflush(stdout);
}

void Report::Row(const std::vector<std::string> &cells) {
  tables_.back().lines.push_back(cells);
  PrintLine(cells);
  std::fflush(stdout);
}

void Report::WriteJson(const std::string &path) const {
  nlohmann::json document = nlohmann::json::object();
  for (const Table &table : tables_) {
    document[table.name] = {
        {"columns", table.lines[0]},
        {"rows", std::vector<std::vector<std::string>>(table.lines.begin() + 1, table.lines.end())}};
  }
  std::ofstream file(path);
  file << document.dump(1) << "\n";
  if (!file) throw Error(ErrorCode::kInput, path + ": cannot be written");
}

std::string Number(double value, int decimals) {
  if (!std::isfinite(value)) return "-";
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

TrackerSettings ExpectedAt(const CutOut &object, const Placement &placement) {
  TrackerSettings settings;
  const auto width = static_cast<float>(object.width * placement.scale);
  const auto height = static_cast<float>(object.height * placement.scale);
  const cv::Point2f &centre = placement.centre;
  settings.initial_boxes = {
      {{centre.x - width / 2, centre.y - height / 2, width, height}, static_cast<float>(placement.angle_deg)}};
  return settings;
}

Follower::Follower(const Setup &setup, const CutOut &object, const TrackerSettings &settings) {
  auto made = Tracker::Create(setup.network->ShareNetwork(), object.support, settings);
  ThrowIfFailed(made.status());
  tracker_ = std::move(made.value());
}

void Follower::See(const cv::Mat &bgr) {
  const FrameView view = PackedView(PixelFormat::kBgr, bgr.data, bgr.cols, bgr.rows, static_cast<int>(bgr.step));
  ThrowIfFailed(tracker_->Process(view, &result_));
}

bool Follower::SaysTracked() const {
  return !result_.instances.empty() && result_.instances[0].state == TrackState::kTracked;
}

const std::vector<TrackedPoint> &Follower::points() const {
  static const std::vector<TrackedPoint> kNone;
  return result_.instances.empty() ? kNone : result_.instances[0].points;
}

float Follower::confidence() const { return result_.instances.empty() ? 0 : result_.instances[0].confidence; }

void KeepFailure(const Setup &setup, const std::string &name, int number, const cv::Mat &bgr,
                 const std::vector<cv::Point2f> &truth, const Follower &follower) {
  if (setup.pictures.empty()) return;
  cv::Mat picture = bgr.clone();
  const auto mark = [&](const cv::Point2f &at, const cv::Scalar &colour) {
    cv::circle(picture, at, 3, colour, cv::FILLED, cv::LINE_AA);
  };
  const std::vector<TrackedPoint> &found = follower.points();
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (!found.empty()) {
      const cv::Point2f there(found[i].xy_in_frame.x, found[i].xy_in_frame.y);
      cv::line(picture, truth[i], there, {255, 255, 255}, 1, cv::LINE_AA);
      mark(there, {40, 40, 230});
    }
    mark(truth[i], {60, 200, 60});
  }
  const std::string path = setup.pictures + "/" + name + "-" + std::to_string(number) + ".png";
  if (!cv::imwrite(path, picture)) throw Error(ErrorCode::kInput, path + ": cannot be written");
}

double Distance(const Point2 &found, const cv::Point2f &truth, double side) {
  return std::hypot(found.x - truth.x, found.y - truth.y) / side;
}

}  // namespace kpt::composed
