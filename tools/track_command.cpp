// See track_command.h. The pipeline is in track_pipeline.h, its run in track_run.h.
#include "track_command.h"

#include <climits>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <regex>

#include "command.h"
#include "kpt/shot_adoption.h"
#include "track_input.h"
#include "track_run.h"

namespace kpt::tools {
namespace {

void SayWhatIsWritten(const TrackOptions &options, const TrackPipeline &pipeline) {
  if (!pipeline.encoder || pipeline.encoder->is_h264) return;
  std::cerr << "kpt track: note: GStreamer has no H.264 encoder here, '" << options.overlay << "' is written as "
            << pipeline.encoder->format << "; install gstreamer1.0-plugins-ugly for H.264.\n";
}

void PrintSummary(const TrackSummary &s, const TrackOptions &options, const TrackPipeline &pipeline) {
  const auto percent = [&](std::uint64_t count) {
    return 100.0 * static_cast<double>(count) / static_cast<double>(s.frames);
  };
  const double fps = s.seconds > 0 ? static_cast<double>(s.frames - 1) / s.seconds : 0;
  std::printf("%llu frames in %.1f s: %.1f frames a second (and %.1f s to start)\n",
              static_cast<unsigned long long>(s.frames), s.seconds, fps, s.start_seconds);
  std::printf("tracked %.1f %%, searching %.1f %%, lost %.1f %%; found again %llu times\n", percent(s.tracked),
              percent(s.searching), percent(s.lost), static_cast<unsigned long long>(s.reacquired));
  std::printf("a frame takes %.1f ms in the tracker: network %.1f ms, optical flow %.1f ms (means)\n", s.total_ms,
              s.network_ms, s.flow_ms);
  if (pipeline.encoder) {
    std::printf("video:  %s (%s by %s)\n", options.overlay.c_str(), pipeline.encoder->format.c_str(),
                pipeline.encoder->element.c_str());
  }
  if (!options.output.empty()) std::printf("points: %s\n", options.output.c_str());
}

// Checks as CLI11 wants them: an empty text where all is well, else what is wrong.

/// In scripts, a variable that was never set.
std::string CheckName(const std::string &name) { return name.empty() ? "a file name is needed" : ""; }

/// Whether the device is there shows later.
std::string CheckDevice(const std::string &device) {
  static const std::regex kNames("auto|cpu|cuda(:[0-9]+)?");
  return std::regex_match(device, kNames) ? "" : "'" + device + "' is none of auto, cpu, cuda, cuda:N";
}

std::string CheckAngle(const std::string &text) {
  char *end = nullptr;
  const double degrees = std::strtod(text.c_str(), &end);
  const bool is_angle = !text.empty() && *end == '\0' && std::abs(degrees) <= 360;  // no NaN either
  return is_angle ? "" : "'" + text + "' is not between -360 and 360 degrees";
}

/// A file that was cut off often still plays to where it was cut.
void SayWhatIsMissing(const TrackSummary &summary, const TrackOptions &options) {
  if (summary.missing_seconds <= 0) return;
  std::fprintf(stderr, "kpt track: warning: '%s' ends %.1f s before the length that it announces; is it complete?\n",
               options.input.c_str(), summary.missing_seconds);
}

ExitCode Track(const TrackOptions &options) {
  const TrackInput input = ParseInput(options.input, Streams::kTaken);
  gst_init(nullptr, nullptr);
  TrackPipeline pipeline = BuildTrackPipeline(options, input);
  SayWhatIsWritten(options, pipeline);
  const TrackSummary summary = RunTrackPipeline(pipeline, input, options);
  SayWhatIsMissing(summary, options);
  if (summary.frames > 0) PrintSummary(summary, options, pipeline);
  if (summary.interrupted) return kInterrupted;
  if (summary.frames == 0) throw CommandError(kInputError, "'" + options.input + "' gave no frames; is it a video?");
  return kDone;
}

}  // namespace
}  // namespace kpt::tools

void AddTrackCommand(CLI::App &app, int *exit_code) {
  auto options = std::make_shared<kpt::tools::TrackOptions>();
  CLI::App *command = app.add_subcommand("track", "Follows an object's keypoints through a video");
  command
      ->add_option("INPUT", options->input, "video file, folder or pattern of pictures, v4l2:///dev/video0, rtsp://...")
      ->required();
  command->add_option("--support", options->support, "marked pictures of the object: YAML, COCO JSON or DeepLabCut CSV")
      ->required()
      ->check(kpt::tools::CheckName);
  command->add_option("--category", options->category, "which category, where the support file has several");
  command->add_option("--output", options->output, "results: .jsonl, .csv (DeepLabCut) or .json (COCO)")
      ->check(kpt::tools::CheckName);
  command->add_option("--overlay", options->overlay, "video with the points drawn: .mp4, .mov or .mkv")
      ->check(kpt::tools::CheckName);
  command->add_option("--config", options->config, "YAML file with settings of keypointtrack")
      ->check(kpt::tools::CheckName);
  command->add_option("--model", options->model, "weights (.safetensors) instead of the shipped ones")
      ->check(kpt::tools::CheckName);
  command->add_option("--device", options->device, "auto, cpu, cuda or cuda:N")->check(kpt::tools::CheckDevice);
  // These ranges are those of the element's properties; the plugin is not loaded yet.
  command->add_option("--instances", options->instances, "objects to follow")->check(CLI::Range(1, 32));
  command->add_option("--every", options->every, "run the network on every N-th frame, optical flow between")
      ->check(CLI::Range(1, INT_MAX));
  command->add_option("--shots", options->shots, "use only the first N marked pictures")->check(CLI::Range(0, INT_MAX));
  command->add_option("--adopt", options->adopt, "learn on the fly: up to N frames become further shots")
      ->check(CLI::Range(0, kpt::ShotAdoption::kMost));
  command->add_option("--box", options->boxes, "x,y,width,height of the object in frame 0; one for each object")
      ->allow_extra_args(false);
  command->add_option("--angle", options->angle, "rotation of the boxes, degrees clockwise")
      ->check(kpt::tools::CheckAngle)
      ->needs("--box");
  kpt::tools::SetCallback(command, exit_code, [options, command] {
    options->verbose = kpt::tools::IsVerbose(command);
    return kpt::tools::Track(*options);
  });
}
