#include "train_config.h"

#include <filesystem>
#include <sstream>

#include "kpt/base/error.h"
#include "kpt/base/require_file.h"
#include "yaml_section.h"

namespace kpt::train {
namespace {

constexpr int kMostBases = 8;  // of one file; more is a circle

/// Resolves "data:folder/file" against the data root and other relative paths against the configuration's folder.
struct Paths {
  std::filesystem::path folder, data_root;  ///< absolute

  void Resolve(std::string *path) const {
    if (path->empty()) return;
    const std::string tag = "data:";
    const bool of_data = path->rfind(tag, 0) == 0;
    *path = (of_data ? data_root / path->substr(tag.size()) : folder / *path).lexically_normal().string();
  }
  void Resolve(std::vector<std::string> *paths) const {
    for (std::string &path : *paths) Resolve(&path);
  }
};

void ResolvePaths(const Paths &paths, TrainConfig *config) {
  for (std::string *file : {&config->trainer.folder, &config->backbone_weights, &config->start_weights})
    paths.Resolve(file);
  for (std::vector<std::string> *files :
       {&config->photos.folders, &config->labelled.files, &config->labelled.backdrops, &config->rendered.files,
        &config->rendered.backdrops, &config->video.files, &config->evaluation.files})
    paths.Resolve(files);
}

void ReadNet(Section section, net::NetConfig *net) {
  section.Read("backbone", &net->backbone);
  section.Read("strides", &net->strides);
  section.Read("crop_size", &net->crop_size);
  section.Read("channels", &net->channels);
  section.Read("side_heads", &net->side_heads);
  section.Read("attention_heads", &net->attention_heads);
  section.Read("self_attention_heads", &net->self_attention_heads);
  section.Read("sampling_points", &net->sampling_points);
  section.Read("layers", &net->layers);
  section.Read("ffn", &net->ffn);
  section.Read("padded_keypoints", &net->padded_keypoints);
  section.Read("pad_on_links", &net->pad_on_links);
  section.Read("support_mining", &net->support_mining);
  section.Read("proposal", &net->proposal);
  section.Read("layout_prior", &net->layout_prior);
  section.Read("proposal_stride", &net->proposal_stride);
  section.Read("confidence", &net->confidence);
  section.Read("joint_confidence", &net->joint_confidence);
  section.Read("seed_vector", &net->seed_vector);
  section.Read("dropout", &net->dropout);
  section.Finish();
}

void ReadLosses(Section section, LossWeights *losses) {
  section.Read("mixup", &losses->mixup, 0.0, 100.0);
  section.Read("covered", &losses->covered, 0.0, 100.0);
  section.Read("confidence", &losses->confidence, 0.0, 100.0);
  section.Read("proposal", &losses->proposal, 0.0, 100.0);
  section.Read("confident_within", &losses->confident_within, 0.0, 1.0);
  section.Finish();
}

void ReadTrainer(Section section, TrainerOptions *trainer) {
  section.Read("total_steps", &trainer->total_steps, 1, 100000000);
  section.Read("max_minutes", &trainer->max_minutes, 0.0, 1e6);
  section.Read("batch", &trainer->batch, 1, 1024);
  section.Read("warmup_steps", &trainer->warmup_steps, 0, 1000000);
  section.Read("learning_rate", &trainer->learning_rate, 0.0, 1.0);
  section.Read("backbone_rate_factor", &trainer->backbone_rate_factor, 0.0, 10.0);
  section.Read("weight_decay", &trainer->weight_decay, 0.0, 1.0);
  section.Read("clip_norm", &trainer->clip_norm, 1e-6, 1e6);
  section.Read("ema_decay", &trainer->ema_decay, 0.0, 1.0);
  section.Read("frozen_stages", &trainer->frozen_stages, 0, 16);
  section.Read("learn_only", &trainer->learn_only);
  section.Read("seed", &trainer->seed);
  section.Read("checkpoint_minutes", &trainer->checkpoint_minutes, 0.01, 1e6);
  section.Read("evaluation_minutes", &trainer->evaluation_minutes, 0.01, 1e6);
  section.Read("log_steps", &trainer->log_steps, 1, 1000000);
  ReadLosses(section.Sub("losses"), &trainer->losses);
  section.Finish();
}

void ReadEpisodes(Section section, EpisodeOptions *episodes) {
  section.Read("padding", &episodes->padding,
               {{"mixup", Padding::kMixup}, {"equal", Padding::kEqualDivision}, {"zero", Padding::kZero}});
  section.Read("padded_keypoints", &episodes->padded_keypoints, 1, 1024);
  section.Read("max_keypoints", &episodes->max_keypoints, 1, 1024);
  section.Read("seeded_share", &episodes->seeded_share, 0.0, 1.0);
  section.Read("seed_noise_min", &episodes->seed_noise_min, 1e-6, 1.0);
  section.Read("seed_noise_max", &episodes->seed_noise_max, 1e-6, 1.0);
  section.Read("absent_share", &episodes->absent_share, 0.0, 1.0);
  section.Read("any_rotation_share", &episodes->any_rotation_share, 0.0, 1.0);
  section.Read("rotation_deg", &episodes->rotation_deg, 0.0, 180.0);
  section.Read("occluder_share", &episodes->occluder_share, 0.0, 1.0);
  section.Finish();
}

void ReadPhotos(Section section, TrainConfig *config) {
  section.Read("share", &config->photo_share, 0.0, 1.0);
  section.Read("folders", &config->photos.folders);
  section.Read("whole_photo_share", &config->photos.whole_photo_share, 0.0, 1.0);
  section.Read("min_points", &config->photos.min_points, 2, 1024);
  section.Read("max_points", &config->photos.max_points, 2, 1024);
  section.Read("scale_min", &config->photos.scale_min, 0.05, 10.0);
  section.Read("scale_max", &config->photos.scale_max, 0.05, 10.0);
  section.Read("bend_px", &config->photos.bend_px, 0.0, 64.0);
  section.Read("max_broken_share", &config->photos.max_broken_share, 0.0, 1.0);
  section.Finish();
}

void ReadCut(Section *section, CutOptions *cut) {
  section->Read("rotation_deg", &cut->rotation_deg, 0.0, 180.0);
  section->Read("shift", &cut->shift, 0.0, 1.0);
  section->Read("scale_min", &cut->scale_min, 0.05, 10.0);
  section->Read("scale_max", &cut->scale_max, 0.05, 10.0);
}

void ReadVideo(Section section, TrainConfig *config) {
  section.Read("share", &config->video_share, 0.0, 1.0);
  section.Read("files", &config->video.files);
  section.Read("segments", &config->video.segments, 1, 10000);
  section.Read("max_gap", &config->video.max_gap, 1, 100);
  section.Read("min_points", &config->video.min_points, 2, 1024);
  section.Read("max_points", &config->video.max_points, 2, 1024);
  section.Read("max_flow_error", &config->video.max_flow_error, 0.01, 100.0);
  ReadCut(&section, &config->video.cut);
  section.Finish();
}

void ReadLabelled(Section section, LabelledOptions *labelled, double *share) {
  section.Read("share", share, 0.0, 1.0);
  section.Read("files", &labelled->files);
  section.Read("leave_out_categories", &labelled->leave_out_categories);
  section.Read("leave_out_images", &labelled->leave_out_images);
  ReadCut(&section, &labelled->cut);
  section.Read("mirrored_share", &labelled->mirrored_share, 0.0, 1.0);
  section.Read("common_rotation_deg", &labelled->common_rotation_deg, 0.0, 180.0);
  section.Read("max_broken_share", &labelled->max_broken_share, 0.0, 1.0);
  section.Read("backdrops", &labelled->backdrops);
  section.Finish();
}

void ReadEvaluation(Section section, EvaluationConfig *evaluation) {
  section.Read("files", &evaluation->files);
  section.Read("categories", &evaluation->categories);
  section.Read("pairs", &evaluation->pairs, 1, 1000000);
  section.Finish();
}

/// "trainer.batch=4": the value becomes that of the key, which need not be in the file.
void Override(YAML::Node root, const std::string &setting) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw Error(ErrorCode::kInvalidArgument,
                "--set " + setting + ": give SECTION.KEY=VALUE, for example trainer.batch=4");
  }
  std::istringstream path(setting.substr(0, equals));
  YAML::Node node = root;
  for (std::string key; std::getline(path, key, '.');) {
    if (node.IsDefined() && (node.IsScalar() || node.IsSequence()))
      throw Error(ErrorCode::kInvalidArgument, "--set " + setting + ": there is no such section");
    YAML::Node next = node[key];
    node.reset(next);
  }
  try {
    node = YAML::Load(setting.substr(equals + 1));
  } catch (const YAML::Exception &error) {
    throw Error(ErrorCode::kInvalidArgument, "--set " + setting + ": " + error.msg);
  }
}

YAML::Node Parse(const std::string &path) {
  RequireFile(path, ErrorCode::kInput);
  try {
    return YAML::LoadFile(path);
  } catch (const YAML::BadFile &) {
    throw Error(ErrorCode::kNotFound, path + ": cannot be opened");
  } catch (const YAML::Exception &error) {
    throw Error(ErrorCode::kInput, path + ":" + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
}

/// Reads `yaml`, the content of `path`, over what its base says.
TrainConfig ReadOverBase(const std::string &path, const YAML::Node &yaml, const std::string &data_root,
                         int bases_left) {
  const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  Section root(yaml, path, "");
  std::string base, own_root;
  root.Read("base", &base);
  root.Read("data_root", &own_root);
  const std::string wanted_root = data_root.empty() && !own_root.empty() ? (folder / own_root).string() : data_root;
  TrainConfig config;
  if (!base.empty()) {
    if (bases_left == 0) throw Error(ErrorCode::kInput, path + ": base: too many bases, or they go round in a circle");
    const std::string base_path = (folder / base).lexically_normal().string();
    config = ReadOverBase(base_path, Parse(base_path), wanted_root, bases_left - 1);
  }
  if (!wanted_root.empty()) config.data_root = std::filesystem::absolute(wanted_root).string();
  if (config.data_root.empty()) config.data_root = folder.string();

  root.Read("run_folder", &config.trainer.folder);
  root.Read("backbone_weights", &config.backbone_weights);
  root.Read("start_weights", &config.start_weights);
  root.Read("threads", &config.threads, 0, 1024);
  root.Read("workers", &config.workers, 1, 1024);
  ReadNet(root.Sub("net"), &config.net);
  ReadTrainer(root.Sub("trainer"), &config.trainer);
  ReadEpisodes(root.Sub("episodes"), &config.episodes);
  ReadPhotos(root.Sub("photos"), &config);
  ReadLabelled(root.Sub("labelled"), &config.labelled, &config.labelled_share);
  ReadLabelled(root.Sub("rendered"), &config.rendered, &config.rendered_share);
  ReadVideo(root.Sub("video"), &config);
  ReadEvaluation(root.Sub("evaluation"), &config.evaluation);
  root.Finish();
  ResolvePaths({folder, config.data_root}, &config);
  config.episodes.crop_size = config.net.crop_size;
  return config;
}

}  // namespace

TrainConfig ReadTrainConfig(const std::string &path, const std::string &data_root,
                            const std::vector<std::string> &settings) {
  const YAML::Node yaml = Parse(path);
  for (const std::string &setting : settings) Override(yaml, setting);
  const std::string root = data_root.empty() ? "" : std::filesystem::absolute(data_root).string();
  const TrainConfig config = ReadOverBase(path, yaml, root, kMostBases);
  if (config.trainer.folder.empty())
    throw Error(ErrorCode::kInput, path + ": run_folder: is missing (where checkpoints and weights go)");
  return config;
}

}  // namespace kpt::train
