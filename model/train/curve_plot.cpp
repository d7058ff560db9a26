#include "curve_plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <sstream>
#include <vector>

namespace kpt::train {
namespace {

using Series = std::vector<cv::Point2d>;  ///< (step, value)

struct Line {
  const char *name;
  cv::Scalar colour;
};

constexpr int kWidth = 900, kPanelHeight = 300, kMargin = 60;

std::map<std::string, Series> ReadCurve(const std::string &path) {
  std::map<std::string, Series> curve;
  std::ifstream stream(path);
  std::string line, step, minutes, name, value;
  std::getline(stream, line);
  while (std::getline(stream, line)) {
    std::istringstream fields(line);
    if (std::getline(fields, step, ',') && std::getline(fields, minutes, ',') && std::getline(fields, name, ',') &&
        std::getline(fields, value))
      curve[name].emplace_back(std::atof(step.c_str()), std::atof(value.c_str()));
  }
  return curve;
}

void Text(cv::Mat &canvas, const std::string &text, cv::Point at, const cv::Scalar &colour) {
  cv::putText(canvas, text, at, cv::FONT_HERSHEY_SIMPLEX, 0.42, colour, 1, cv::LINE_AA);
}

/// One panel: the series on a common scale from 0 to `top`.
void DrawPanel(cv::Mat canvas, const std::map<std::string, Series> &curve, const std::vector<Line> &lines,
               double last_step, double top) {
  const cv::Rect plot(kMargin, 20, canvas.cols - 2 * kMargin, canvas.rows - 50);
  const auto place = [&](const cv::Point2d &p) {
    return cv::Point(plot.x + cvRound(p.x / last_step * plot.width),
                     plot.y + plot.height - cvRound(std::clamp(p.y / top, 0.0, 1.0) * plot.height));
  };
  const cv::Scalar ink(80, 80, 80);
  cv::rectangle(canvas, plot, ink);
  for (int i = 0; i <= 4; ++i) {
    char label[32];
    std::snprintf(label, sizeof label, "%.3g", top * i / 4);
    Text(canvas, label, {8, place({0, top * i / 4}).y + 4}, ink);
    std::snprintf(label, sizeof label, "%.0f", last_step * i / 4);
    Text(canvas, label, {place({last_step * i / 4, 0}).x - 12, plot.y + plot.height + 16}, ink);
  }
  int row = 0;
  for (const Line &line : lines) {
    const auto found = curve.find(line.name);
    if (found == curve.end()) continue;
    for (std::size_t i = 1; i < found->second.size(); ++i)
      cv::line(canvas, place(found->second[i - 1]), place(found->second[i]), line.colour, 1, cv::LINE_AA);
    Text(canvas, line.name, {plot.x + plot.width - 110, plot.y + 18 + 16 * row++}, line.colour);
  }
}

}  // namespace

void PlotCurve(const std::string &csv_path, const std::string &png_path) {
  const auto curve = ReadCurve(csv_path);
  double last_step = 1, top = 0.1;
  for (const auto &[name, series] : curve) last_step = std::max(last_step, series.back().x);
  const auto points = curve.find("points");
  if (points != curve.end()) {
    for (const cv::Point2d &p : points->second) top = std::max(top, p.y);
  }
  cv::Mat canvas(2 * kPanelHeight, kWidth, CV_8UC3, cv::Scalar::all(255));
  DrawPanel(canvas.rowRange(0, kPanelHeight), curve, {{"points", {180, 80, 0}}, {"mixup", {0, 140, 0}}}, last_step,
            top);
  DrawPanel(canvas.rowRange(kPanelHeight, 2 * kPanelHeight), curve,
            {{"pck05", {180, 80, 0}}, {"pck10", {0, 140, 0}}, {"pck20", {0, 0, 200}}}, last_step, 1);
  cv::imwrite(png_path, canvas);
}

}  // namespace kpt::train
