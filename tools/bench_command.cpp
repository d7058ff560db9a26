// See bench_command.h. What is timed is in bench_ops.cpp, bench_network.cpp and bench_pipeline.cpp.
#include "bench_command.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench_cases.h"
#include "command.h"
#include "output_path.h"
#include "own_files.h"

namespace kpt::tools {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kFewestRuns = 3, kMostRuns = 1000;

struct BenchOptions {
  std::string model, json;
  double seconds = 1.5;  ///< for each thing that is timed
};

/// About what two cores track in this time.
int FramesFor(double seconds) { return std::max(5, static_cast<int>(40 * seconds)); }

double MsOf(const std::function<void()> &work) {
  const auto begin = Clock::now();
  work();
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Medians. The two forms take turns, so that what else the machine does meets both.
BenchRow Time(const BenchCase &work, double seconds) {
  std::vector<double> runs, plain_runs;
  work.run();  // caches, and allocators that keep what they got
  const auto begin = Clock::now();
  const auto goes_on = [&] {
    const std::chrono::duration<double> passed = Clock::now() - begin;
    return runs.size() < kFewestRuns || (passed.count() < seconds && runs.size() < kMostRuns);
  };
  while (goes_on()) {
    runs.push_back(MsOf(work.run));
    if (work.plain) plain_runs.push_back(MsOf(work.plain));
  }
  return {work.group, work.what, Median(runs), work.plain_name, work.plain ? Median(plain_runs) : 0};
}

void Print(const BenchRow &row) {
  std::printf("%-9s %-36s %9.3f", row.group.c_str(), row.what.c_str(), row.ms);
  if (!row.plain_name.empty()) std::printf("  %9.3f  %s", row.plain_ms, row.plain_name.c_str());
  std::printf("\n");
  std::fflush(stdout);
}

void WriteJson(const std::string &model, const std::vector<BenchRow> &rows, const std::string &path) {
  nlohmann::ordered_json out = {{"version", KPT_VERSION}, {"model", model}, {"device", "cpu"}};
  out["rows"] = nlohmann::ordered_json::array();
  for (const BenchRow &row : rows) {
    nlohmann::ordered_json entry = {{"group", row.group}, {"what", row.what}, {"ms", row.ms}};
    if (!row.plain_name.empty()) {
      entry["plain"] = row.plain_name;
      entry["plain_ms"] = row.plain_ms;
    }
    out["rows"].push_back(std::move(entry));
  }
  std::ofstream file = OpenOutput(path);
  file << out.dump(2) << '\n';
  CloseOutput(&file, path);
}

std::string WeightsOf(const BenchOptions &options) {
  if (options.model.empty()) return FindDefaultWeights();
  if (std::filesystem::is_regular_file(options.model)) return options.model;
  throw CommandError(kModelError, "the weights file '" + options.model + "' does not exist; check the path.");
}

ExitCode Bench(const BenchOptions &options) {
  const std::string weights = WeightsOf(options);
  CheckOutput("--json", options.json, {weights});
  const std::vector<BenchCase> network = NetworkCases(weights);  // first: their mistakes show at once
  const std::string model = std::filesystem::path(weights).stem().string();
  std::printf("%s on the CPU; milliseconds, medians\n%-9s %-36s %9s  %9s\n", model.c_str(), "", "", "", "plain");
  std::vector<BenchRow> rows;
  const auto add = [&rows](const BenchRow &row) {
    Print(row);
    rows.push_back(row);
  };
  for (const BenchCase &work : OpsCases()) add(Time(work, options.seconds));
  for (const BenchCase &work : network) add(Time(work, options.seconds));
  for (const BenchRow &row : TimePipelines(weights, FramesFor(options.seconds))) add(row);
  if (!options.json.empty()) WriteJson(model, rows, options.json);
  return kDone;
}

}  // namespace
}  // namespace kpt::tools

void AddBenchCommand(CLI::App &app, int *exit_code) {
  auto options = std::make_shared<kpt::tools::BenchOptions>();
  CLI::App *command =
      app.add_subcommand("bench", "Times operations, network and pipeline, with their plain forms beside them");
  command->add_option("--json", options->json, "also write the table as JSON");
  command->add_option("--model", options->model, "weights (.safetensors) instead of the shipped ones");
  command->add_option("--seconds", options->seconds, "for each thing that is timed; 1.5 without it")
      ->check(CLI::Range(0.01, 600.0));
  kpt::tools::SetCallback(command, exit_code, [options] { return kpt::tools::Bench(*options); });
}
