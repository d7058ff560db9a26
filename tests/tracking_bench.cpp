// Follows labelled clips of kinds that the weights were not trained on, and prints tables: the tracker beside what
// people use instead (--only rivals), with more shots (shots), with shots that it adopts on the way (adoption), without
// some of its parts (parts), and all objects of a clip at once (crowd). Without --only it prints all of these; --only
// drift follows a clip to and fro for 10,000 frames.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <opencv2/core/utility.hpp>

#include "adoption_trial.h"
#include "crowd_trial.h"
#include "csrt_trial.h"
#include "drift_trial.h"
#include "flow_trial.h"
#include "kpt/base/error.h"
#include "kpt/estimator.h"

namespace {

using namespace kpt;
using namespace kpt::trials;

constexpr int kNeverLost = 1 << 20;  // frames: a clip's object is there to its end
constexpr double kCsrtWindow = 0.3;
constexpr int kDriftFrames = 10000;

struct Options {
  std::string weights, data, only, clip, part;
  int first = 0, last = 1 << 20;
  int adopt = -1;
  double turn = 0;
  bool csrt = true;
};

std::unique_ptr<Estimator> Network(const Options &options) {
  auto loaded = LoadEstimator({options.weights, "cpu", 1});
  ThrowIfFailed(loaded.status());
  return std::move(loaded.value().estimator);
}

/// Each labelled object of each clip, under a name that says which.
std::vector<LabelledClip> Clips(const Options &options) {
  std::vector<LabelledClip> clips;
  const auto add = [&](const char *source, const std::string &video, std::size_t object, const std::string &name) {
    if (!options.clip.empty() && options.clip != name) return;
    clips.push_back(LoadClip({options.data + "/" + source, video, options.first, options.last, object}));
    clips.back().name = name;
  };
  for (const std::string &video : ClipsOf(options.data + "/sleap_flies")) {
    for (const std::size_t fly : {0, 1}) add("sleap_flies", video, fly, "fly" + std::to_string(fly + 1));
  }
  for (const std::string &video : ClipsOf(options.data + "/mocap_human")) add("mocap_human", video, 0, video);
  return clips;
}

Trial TrialOf(const Options &options, Start start) {
  Trial trial;
  trial.start = start;
  trial.turn_deg_per_frame = options.turn;
  trial.settings.max_lost_frames = kNeverLost;
  return trial;
}

void Row(const std::string &clip, const std::string &method, const Score &s) {
  std::printf("| %s | %s | %d | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f |\n", clip.c_str(), method.c_str(),
              s.frames, 100 * s.pck05, 100 * s.pck10, 100 * s.pck20, 100 * s.given_up, 100 * s.wrong_unsaid,
              100 * s.survival, s.total_ms);
  std::fflush(stdout);
}

/// Rows of one table; ends with the mean over clips of each method.
class Table {
 public:
  explicit Table(const char *title) {
    std::printf(
        "\n%s\n\n| clip | method | frames | @0.05 | @0.1 | @0.2 | given up | wrong, unsaid | survival | ms |\n"
        "|---|---|---|---|---|---|---|---|---|---|\n",
        title);
  }

  const Score &Add(const std::string &clip, const std::string &method, const Score &score) {
    Row(clip, method, score);
    const auto known = std::find_if(means_.begin(), means_.end(), [&](const auto &m) { return m.method == method; });
    Mean &mean = known == means_.end() ? means_.emplace_back(Mean{method, 0, {}}) : *known;
    ++mean.clips;
    Score &sum = mean.sum;
    sum.pck05 += score.pck05, sum.pck10 += score.pck10, sum.pck20 += score.pck20;
    sum.given_up += score.given_up, sum.wrong_unsaid += score.wrong_unsaid, sum.survival += score.survival;
    sum.total_ms += score.total_ms, sum.frames += score.frames;
    return score;
  }

  void Finish() const {
    for (const Mean &mean : means_) {
      Score s = mean.sum;
      for (double *value : {&s.pck05, &s.pck10, &s.pck20, &s.given_up, &s.wrong_unsaid, &s.survival, &s.total_ms})
        *value /= mean.clips;
      Row("mean of " + std::to_string(mean.clips), mean.method, s);
    }
  }

 private:
  struct Mean {
    std::string method;
    int clips;
    Score sum;
  };
  std::vector<Mean> means_;
};

void CompareWithRivals(const std::vector<LabelledClip> &clips, const Options &options) {
  Table table("Against what people use; all from the truth of the first frame, but for the search.");
  int ahead = 0;
  for (const LabelledClip &clip : clips) {
    const Trial from_truth = TrialOf(options, Start::kTruth), searching = TrialOf(options, Start::kSearch);
    const double ours = table.Add(clip.name, "tracker", Follow(clip, from_truth, Network(options))).pck10;
    table.Add(clip.name, "tracker, no box, from the next frame", Follow(clip, searching, Network(options)));
    const double plain = table.Add(clip.name, "Lucas-Kanade", FollowByLucasKanade(clip, from_truth, false)).pck10;
    const double checked =
        table.Add(clip.name, "Lucas-Kanade, checked backward", FollowByLucasKanade(clip, from_truth, true)).pck10;
    if (options.csrt) table.Add(clip.name, "CSRT on each point", FollowByCsrt(clip, from_truth, kCsrtWindow));
    ahead += ours > std::max(plain, checked);
  }
  table.Finish();
  std::printf("\nThe tracker is ahead of both ways of Lucas-Kanade at 0.1 on %d of %zu clips.\n", ahead, clips.size());
}

/// The same frames are scored for each number of shots: those that are a shot for none.
void CompareShots(const std::vector<LabelledClip> &clips, const Options &options) {
  Table table("More shots, spread over the clip; from the truth of the first frame.");
  const std::vector<int> counts = {1, 2, 3, 5};
  for (const LabelledClip &clip : clips) {
    std::set<int> left_out;
    for (const int count : counts) left_out.merge(SpreadFrames(clip, count));
    for (const int count : counts) {
      LabelledClip with_shots = clip;
      AddShots(SpreadFrames(clip, count), &with_shots);
      with_shots.shot_frames = left_out;
      table.Add(clip.name, std::to_string(count) + " shots",
                Follow(with_shots, TrialOf(options, Start::kTruth), Network(options)));
    }
  }
  table.Finish();
}

/// Whether true points as extra shots help, and what the exchange of the tracker alone does.
void CompareAdoption(const std::vector<LabelledClip> &clips, const Options &options) {
  Table table("Extra shots adopted while the clip is followed; from the truth of the first frame.");
  const Trial trial = TrialOf(options, Start::kTruth);
  for (const LabelledClip &clip : clips) {
    table.Add(clip.name, "the user's shot", Follow(clip, trial, Network(options)));
    table.Add(clip.name, "the same, given anew every 30 frames",
              FollowAdoptingTruth(clip, trial, {30, 0}, Network(options)));
    table.Add(clip.name, "true points every 30 frames, at most 3",
              FollowAdoptingTruth(clip, trial, {30, 3}, Network(options)));
    std::unique_ptr<Estimator> network = Network(options);
    const AfterFrame rule = AdoptByRule(clip, trial, 3, *network);
    table.Add(clip.name, "own points, at most 3", Follow(clip, trial, std::move(network), rule));
  }
  table.Finish();
}

/// The clip forward and backward in turn, until so many frames have passed: whether what is adopted leads astray.
void MeasureDrift(const std::vector<LabelledClip> &clips, const Options &options) {
  Table table("To and fro until 10,000 frames have passed, each pass for itself; from the truth of the first frame.");
  const Trial trial = TrialOf(options, Start::kTruth);
  for (const LabelledClip &clip : clips) {
    for (const int most : {0, 3}) {
      if (options.adopt >= 0 && options.adopt != most) continue;
      std::unique_ptr<Estimator> network = Network(options);
      int adoptions = 0;
      const AfterFrame rule = most > 0 ? AdoptByRule(clip, trial, most, *network, &adoptions) : AfterFrame();
      int pass = 0;
      FollowToAndFro(clip, trial, std::move(network), kDriftFrames, rule, [&](const Score &score) {
        table.Add(clip.name,
                  "at most " + std::to_string(most) + " adopted, pass " + std::to_string(++pass) + ", adopted so far " +
                      std::to_string(adoptions),
                  score);
      });
    }
  }
}

/// The tracker without some of its parts.
void CompareParts(const std::vector<LabelledClip> &clips, const Options &options) {
  struct Row {
    const char *name;
    void (*change)(TrackerSettings *);
  };
  const Row rows[] = {
      {"network alone: its last answer is the seed", [](TrackerSettings *s) { s->use_flow = false; }},
      {"flow carries the seed, the answer is taken as it is", [](TrackerSettings *s) { s->use_filter = false; }},
      {"filter, never a seed", [](TrackerSettings *s) { s->seeded_every = 0; }},
      {"filter, a seed one time of four", [](TrackerSettings *s) { s->seeded_every = 4; }},
      {"filter, a seed every other time", [](TrackerSettings *s) { s->seeded_every = 2; }},
      {"filter, always a seed", [](TrackerSettings *s) { s->seeded_every = 1; }},
      {"the default", [](TrackerSettings *) {}},
      {"the default, asked ahead of flow", [](TrackerSettings *s) { s->ask_ahead = AskAhead::kAlways; }},
      {"the default, not smoothed", [](TrackerSettings *s) { s->smoothing = Smoothing::kNone; }},
      {"flow alone", [](TrackerSettings *s) { s->use_network = false; }},
  };
  Table table("The tracker without some of its parts; from the truth of the first frame.");
  for (const LabelledClip &clip : clips) {
    for (const Row &row : rows) {
      if (std::string(row.name).find(options.part) == std::string::npos) continue;
      Trial trial = TrialOf(options, Start::kTruth);
      row.change(&trial.settings);
      table.Add(clip.name, row.name, Follow(clip, trial, Network(options)));
    }
  }
  table.Finish();
}

void FollowAllFlies(const Options &options) {
  for (const std::string &video : ClipsOf(options.data + "/sleap_flies")) {
    const CrowdScore crowd = FollowAll(options.data + "/sleap_flies", video, Network(options));
    std::printf("\n%s, all of the objects; %d identity switches\n  %s\n", video.c_str(), crowd.identity_switches,
                Line("tracker", crowd.score).c_str());
  }
}

}  // namespace

int main(int argc, char **argv) try {
  Options options;
  CLI::App app("Follows labelled clips and prints tables.");
  app.add_option("weights", options.weights)->required();
  app.add_option("data", options.data, "folder with sleap_flies and mocap_human")->required();
  app.add_option("--only", options.only)
      ->check(CLI::IsMember({"rivals", "shots", "adoption", "drift", "parts", "crowd"}));
  app.add_option("--clip", options.clip, "fly1, fly2, out5, out8 or out13");
  app.add_option("--part", options.part, "of --only parts the rows with these words");
  app.add_option("--adopt", options.adopt, "of --only drift the rows with at most so many adopted shots: 0 or 3");
  app.add_option("--from", options.first, "first frame, which becomes the shot");
  app.add_option("--to", options.last, "last frame");
  app.add_option("--turn", options.turn, "the pictures turn by so many degrees a frame");
  app.add_flag("!--no-csrt", options.csrt, "leave CSRT out, which is slow");
  CLI11_PARSE(app, argc, argv);
  cv::setNumThreads(1);  // as the network, so that the times compare
  const std::vector<LabelledClip> clips = Clips(options);
  if (clips.empty()) throw Error(ErrorCode::kNotFound, "--clip: no clip is called '" + options.clip + "'.");
  const auto wanted = [&](const char *table) { return options.only.empty() || options.only == table; };
  if (wanted("rivals")) CompareWithRivals(clips, options);
  if (wanted("shots")) CompareShots(clips, options);
  if (wanted("adoption")) CompareAdoption(clips, options);
  if (options.only == "drift") MeasureDrift(clips, options);  // takes half an hour
  if (wanted("parts")) CompareParts(clips, options);
  if (wanted("crowd")) FollowAllFlies(options);
  return 0;
} catch (const std::exception &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
