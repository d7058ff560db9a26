// See annotate_command.h. What happens in the window is in annotate/.
#include "annotate_command.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>

#include "annotate/keys.h"
#include "annotate/run.h"
#include "command.h"
#include "output_path.h"
#include "track_input.h"

namespace kpt::tools {
namespace {

struct AnnotateOptions {
  std::vector<std::string> inputs;
  std::string output;
  std::string category = "object";
  std::vector<std::string> keypoints;
  bool verbose = false;
};

/// Pictures that are named one after the other are one source, which the arrow keys go through.
std::vector<annotate::Source> SourcesOf(const std::vector<std::string> &inputs) {
  std::vector<annotate::Source> sources;
  for (const std::string &text : inputs) {
    const TrackInput input = ParseInput(text, Streams::kRefused);
    if (input.kind != TrackInput::Kind::kPictures) {
      sources.push_back({text, {}});
      continue;
    }
    if (sources.empty() || !sources.back().video.empty()) sources.emplace_back();
    auto &pictures = sources.back().pictures;
    pictures.insert(pictures.end(), input.pictures.begin(), input.pictures.end());
  }
  return sources;
}

std::vector<std::string> FilesOf(const std::vector<annotate::Source> &sources) {
  std::vector<std::string> files;
  for (const annotate::Source &source : sources) {
    if (!source.video.empty()) files.push_back(source.video);
    files.insert(files.end(), source.pictures.begin(), source.pictures.end());
  }
  return files;
}

void CheckOptions(const AnnotateOptions &options) {
  const std::string extension = ExtensionOf(options.output);
  if (extension != ".yaml" && extension != ".yml") {
    throw CommandError(kUsage, "--output: '" + options.output + "' must end in .yaml or .yml.");
  }
  if (options.category.empty()) throw CommandError(kUsage, "--category: a name is needed.");
  std::set<std::string> seen;
  for (const std::string &name : options.keypoints) {
    if (name.empty()) throw CommandError(kUsage, "--keypoints: a name is empty; give nose,left_ear,right_ear.");
    if (!seen.insert(name).second) throw CommandError(kUsage, "--keypoints: '" + name + "' is named twice.");
  }
}

/// A file that is there is continued as it is.
void SayWhatIsNotUsed(const AnnotateOptions &options, const annotate::Annotation &annotation) {
  const bool other_names = !options.keypoints.empty() && options.keypoints != annotation.names;
  if (!other_names) return;
  std::cerr << "kpt annotate: note: '" << options.output
            << "' has keypoints already, and --keypoints is not used; change them in the window (N, R).\n";
}

void PrintSummary(const annotate::Session &session, const AnnotateOptions &options) {
  if (!std::filesystem::exists(options.output)) return;
  const SupportDraft saved = annotate::ToDraft(session.editor.annotation());
  if (!session.editor.is_saved()) return;
  std::cout << options.output << ": " << saved.shots.size() << (saved.shots.size() == 1 ? " shot, " : " shots, ")
            << saved.keypoint_names.size() << " keypoints\n";
  if (!saved.shots.empty()) {
    std::cout << "next: kpt track " << options.inputs.front() << " --support " << options.output
              << " --overlay overlay.mp4\n";
  }
}

ExitCode Annotate(const AnnotateOptions &options) {
  CheckOptions(options);
  const std::vector<annotate::Source> sources = SourcesOf(options.inputs);
  CheckOutput("--output", options.output, FilesOf(sources));
  annotate::WorkFile file(options.output);
  bool recovered = false;
  annotate::Editor editor = file.Open({options.category, options.keypoints, {}, {}}, &recovered);
  SayWhatIsNotUsed(options, editor.annotation());
  annotate::Session session(std::move(editor), annotate::FrameList(sources), file);
  if (recovered) session.Say("Brought back what was not saved last time: Ctrl+S keeps it, Ctrl+Z drops it.");
  const ExitCode exit_code = annotate::Run(&session, options.verbose);
  PrintSummary(session, options);
  return exit_code;
}

std::string KeysForHelp() {
  std::string text = "In the window:\n";
  for (const annotate::HelpLine &line : annotate::HelpLines()) {
    text += line.keys.empty() ? line.text + "\n"
                              : "  " + line.keys + std::string(24 - std::min<std::size_t>(23, line.keys.size()), ' ') +
                                    line.text + "\n";
  }
  return text;
}

}  // namespace
}  // namespace kpt::tools

void AddAnnotateCommand(CLI::App &app, int *exit_code) {
  auto options = std::make_shared<kpt::tools::AnnotateOptions>();
  CLI::App *command =
      app.add_subcommand("annotate", "Marks the points of an object in a window; writes a support file");
  command->add_option("INPUT", options->inputs, "videos, pictures, folders or patterns of pictures")->required();
  command->add_option("--output", options->output, "support file to write (.yaml); one that is there is continued")
      ->required();
  command->add_option("--category", options->category, "name of the object's category, for a new file (object)");
  command->add_option("--keypoints", options->keypoints, "names of the points, for a new file: nose,left_ear,right_ear")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->footer(kpt::tools::KeysForHelp() + "\n" + app.get_footer());
  kpt::tools::SetCallback(command, exit_code, [options, command] {
    options->verbose = kpt::tools::IsVerbose(command);
    return kpt::tools::Annotate(*options);
  });
}
