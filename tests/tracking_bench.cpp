// Follows labelled clips with the tracker and with what it is compared to, and prints one line each:
//   tracking_bench WEIGHTS DATA-FOLDER [FRAMES]
#include <cstdio>
#include <cstdlib>

#include "clip_trial.h"
#include "crowd_trial.h"
#include "kpt/base/error.h"
#include "kpt/estimator.h"

namespace {

using namespace kpt;
using namespace kpt::trials;

std::unique_ptr<Estimator> Network(const std::string &weights) {
  auto loaded = LoadEstimator({weights, "cpu", 0});
  if (!loaded.ok()) throw Error(loaded.status().code(), loaded.status().message());
  return std::move(loaded.value().estimator);
}

void CompareOn(const std::string &folder, const std::string &video, const std::string &weights, int frames,
               double turn) {
  const LabelledClip clip = LoadClip(folder, video, frames);
  Trial trial;
  trial.turn_deg_per_frame = turn;
  trial.settings.max_lost_frames = 1 << 20;
  std::printf("%s, %d frames, %.0f degrees a frame: share of points within 5, 10, 20 %% of the box\n", video.c_str(),
              clip.labels.back().frame - clip.labels.front().frame + 1, turn);
  const auto show = [](const char *name, const Score &score) {
    std::printf("  %s\n", Line(name, score).c_str()), std::fflush(stdout);
  };
  show("tracker", Follow(clip, trial, Network(weights)));
  trial.settings.smoothing = Smoothing::kNone;
  show("tracker, not smoothed", Follow(clip, trial, Network(weights)));
  Trial alone = trial;
  alone.settings.use_flow = false;
  show("network alone", Follow(clip, alone, Network(weights)));
  Trial carried = trial;
  carried.settings.use_network = false;
  carried.start_from_truth = true;
  show("tracker's flow alone, from truth", Follow(clip, carried, Network(weights)));
  show("plain Lucas-Kanade, from truth", FollowByPlainFlow(clip, trial));
}

void FollowFlies(const std::string &folder, const std::string &weights) {
  for (const std::string &video : ClipsOf(folder)) {
    const CrowdScore crowd = FollowAll(folder, video, Network(weights));
    std::printf("%s, all of the objects; %d identity switches\n  %s\n", video.c_str(), crowd.identity_switches,
                Line("tracker", crowd.score).c_str());
  }
}

}  // namespace

int main(int argc, char **argv) try {
  if (argc < 3) {
    std::fprintf(stderr, "usage: tracking_bench WEIGHTS DATA-FOLDER [FRAMES]\n");
    return 2;
  }
  const int frames = argc > 3 ? std::atoi(argv[3]) : 1 << 20;
  const std::string data = argv[2];
  FollowFlies(data + "/sleap_flies", argv[1]);
  for (const char *source : {"sleap_flies", "mocap_human"}) {
    for (const std::string &video : ClipsOf(data + "/" + source)) {
      for (const double turn : {0.0, 2.0}) CompareOn(data + "/" + source, video, argv[1], frames, turn);
    }
  }
  return 0;
} catch (const std::exception &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
