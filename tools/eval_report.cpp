// See eval_report.h.
#include "eval_report.h"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "command.h"
#include "output_path.h"

namespace kpt::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char *kKinds[] = {"stills", "clip", "mp100"};

/// Mean over the rows of a kind; false where there are none.
bool MeanOf(const EvalReport &report, const std::string &kind, train::Pck *mean) {
  std::vector<train::CategoryPck> rows;
  for (const EvalRow &row : report.rows) {
    if (row.kind == kind) rows.push_back({row.source, row.category, row.pairs, row.pck, {}, {}});
  }
  *mean = train::MeanPck(rows);
  return !rows.empty();
}

void AddShares(const train::Pck &pck, Json *out) {
  (*out)["pck05"] = pck.at05;
  (*out)["pck10"] = pck.at10;
  (*out)["pck20"] = pck.at20;
  (*out)["mpck"] = pck.mean();
}

/// What the confidences of a row, or of all rows of a kind together, are worth. NaN: not known.
struct ConfidenceFigures {
  double auroc, calibration_error, without_object;
};

double Mean(const std::vector<double> &values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());  // NaN of none
}

ConfidenceFigures FiguresOf(const EvalRow &row) {
  return {train::Auroc(row.confidences), train::CalibrationError(row.confidences), Mean(row.without_object)};
}

/// All points of a kind's rows together.
ConfidenceFigures FiguresOf(const EvalReport &report, const std::string &kind) {
  EvalRow all;
  for (const EvalRow &row : report.rows) {
    if (row.kind != kind) continue;
    all.confidences.insert(all.confidences.end(), row.confidences.begin(), row.confidences.end());
    all.without_object.insert(all.without_object.end(), row.without_object.begin(), row.without_object.end());
  }
  return FiguresOf(all);
}

void AddConfidence(const ConfidenceFigures &figures, Json *out) {
  const auto add = [out](const char *key, double value) {
    if (!std::isnan(value)) (*out)[key] = value;
  };
  add("auroc", figures.auroc);
  add("ece", figures.calibration_error);
  add("confidence_without_object", figures.without_object);
}

Json ProtocolOf(const EvalProtocol &protocol) {
  return {{"name", protocol.name},
          {"file", protocol.file},
          {"episodes", protocol.episodes},
          {"queries", protocol.queries},
          {"seed", protocol.seed}};
}

std::string Fixed(double value) {
  char text[16];
  std::snprintf(text, sizeof text, "%.3f", value);
  return std::isnan(value) ? "-" : text;
}

void PrintRow(const std::string &name, const std::string &kind, const std::string &pairs, const train::Pck &pck,
              const ConfidenceFigures &confidence) {
  std::printf("%-44s %-6s %6s  %6.1f %6.1f %6.1f %6.1f  %6s %6s %6s\n", name.c_str(), kind.c_str(), pairs.c_str(),
              100 * pck.at05, 100 * pck.at10, 100 * pck.at20, 100 * pck.mean(), Fixed(confidence.auroc).c_str(),
              Fixed(confidence.calibration_error).c_str(), Fixed(confidence.without_object).c_str());
}

}  // namespace

void PrintReport(const EvalReport &report) {
  std::printf("%-44s %-6s %6s  %6s %6s %6s %6s  %6s %6s %6s\n", "points within ... % of the box", "", "pairs", "5",
              "10", "20", "mPCK", "AUROC", "ECE", "absent");
  for (const EvalRow &row : report.rows) {
    const std::string name = row.source + " " + row.category + (row.clip.empty() ? "" : " " + row.clip);
    PrintRow(name, row.kind, std::to_string(row.pairs), row.pck, FiguresOf(row));
  }
  for (const char *kind : kKinds) {
    train::Pck mean;
    if (MeanOf(report, kind, &mean)) PrintRow("mean", kind, "", mean, FiguresOf(report, kind));
  }
  int without_points = 0;
  for (const EvalRow &row : report.rows) without_points += row.without_points;
  if (without_points > 0)
    std::printf("%d queries share no visible point with their shots and count as 0.\n", without_points);
}

void WriteJson(const EvalReport &report, const std::string &path) {
  Json out;
  out["categories"] = Json::array();
  for (const EvalRow &row : report.rows) {
    Json entry = {{"source", row.source}, {"category", row.category}, {"kind", row.kind}};
    if (!row.clip.empty()) entry["clip"] = row.clip;
    entry["pairs"] = row.pairs;
    if (row.kind == "mp100") entry["without_points"] = row.without_points;
    AddShares(row.pck, &entry);
    AddConfidence(FiguresOf(row), &entry);
    out["categories"].push_back(std::move(entry));
  }
  out["mean"] = Json::object();
  for (const char *kind : kKinds) {
    train::Pck mean;
    if (!MeanOf(report, kind, &mean)) continue;
    out["mean"][kind] = Json::object();
    AddShares(mean, &out["mean"][kind]);
    AddConfidence(FiguresOf(report, kind), &out["mean"][kind]);
  }
  out["model"] = report.model;
  out["shots"] = report.shots;
  if (!report.protocol.name.empty()) out["protocol"] = ProtocolOf(report.protocol);
  std::ofstream file = OpenOutput(path);
  file << out.dump(2) << '\n';
  CloseOutput(&file, path);
}

void WritePredictions(const EvalReport &report, const std::string &path) {
  std::ofstream file = OpenOutput(path);
  for (const EvalPrediction &prediction : report.predictions) {
    Json line = {{"source", prediction.source}, {"category", prediction.category}};
    line["support"] = prediction.points.support;
    line["query"] = prediction.points.query;
    line["keypoints"] = Json::array();
    for (const train::PredictedPoint &p : prediction.points.keypoints) {
      line["keypoints"].push_back({p.xy.x, p.xy.y, p.confidence});
    }
    file << line.dump() << '\n';
  }
  CloseOutput(&file, path);
}

}  // namespace kpt::tools
