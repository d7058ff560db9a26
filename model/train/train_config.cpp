#include "train_config.h"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "kpt/base/error.h"

namespace kpt::train {
namespace {

/// One mapping of the file. Every key that is read is remembered; `Finish` complains of the others.
class Section {
 public:
  Section(YAML::Node node, std::string file, std::string name)
      : node_(std::move(node)), file_(std::move(file)), name_(std::move(name)) {
    if (node_.IsDefined() && !node_.IsNull() && !node_.IsMap())
      Fail(node_, (name_.empty() ? "" : name_ + ": ") + "is not a mapping of settings to values");
  }

  template <typename T>
  void Read(const char *key, T *value) {
    known_.insert(key);
    if (!Has(key)) return;
    try {
      *value = node_[key].as<T>();
    } catch (const YAML::Exception &) {
      Fail(node_[key], Path(key) + ": cannot be read as " +
                           (std::is_same_v<T, std::string> ? "a text" : "the expected number or list"));
    }
  }

  /// A number within bounds.
  template <typename T>
  void Read(const char *key, T *value, T least, T most) {
    Read(key, value);
    if (*value >= least && *value <= most) return;
    Fail(Has(key) ? node_[key] : node_,
         Path(key) + ": is out of range (" + std::to_string(least) + " to " + std::to_string(most) + ")");
  }

  /// One of several names.
  template <typename T>
  void Read(const char *key, T *value, const std::map<std::string, T> &names) {
    std::string name, known;
    Read(key, &name);
    if (name.empty()) return;
    for (const auto &item : names) known += (known.empty() ? "" : ", ") + item.first;
    const auto found = names.find(name);
    if (found == names.end()) Fail(node_[key], Path(key) + ": '" + name + "' is none of: " + known);
    *value = found->second;
  }

  Section Sub(const char *key) {
    known_.insert(key);
    return {Has(key) ? node_[key] : YAML::Node(), file_, Path(key)};
  }

  void Finish() const {
    if (!node_.IsMap()) return;
    for (const auto &item : node_) {
      const auto key = item.first.as<std::string>();
      if (known_.count(key) == 0) Fail(item.first, Path(key) + ": is no setting of a training run");
    }
  }

 private:
  bool Has(const std::string &key) const { return node_.IsMap() && node_[key].IsDefined() && !node_[key].IsNull(); }
  std::string Path(const std::string &key) const { return name_.empty() ? key : name_ + "." + key; }
  [[noreturn]] void Fail(const YAML::Node &at, const std::string &what) const {
    throw Error(ErrorCode::kInput, file_ + ":" + std::to_string(at.Mark().line + 1) + ": " + what);
  }

  YAML::Node node_;
  std::string file_, name_;
  std::set<std::string> known_;
};

/// Resolves "data:folder/file" against the data root and other relative paths against the configuration's folder.
class Paths {
 public:
  Paths(const std::string &config, const std::string &data_root)
      : folder_(std::filesystem::absolute(config).parent_path()), data_root_(Absolute(data_root)) {}

  void Resolve(std::string *path) const {
    if (path->empty()) return;
    const std::string tag = "data:";
    const bool of_data = path->rfind(tag, 0) == 0;
    *path = (of_data ? data_root_ / path->substr(tag.size()) : folder_ / *path).lexically_normal().string();
  }
  void Resolve(std::vector<std::string> *paths) const {
    for (std::string &path : *paths) Resolve(&path);
  }

 private:
  std::filesystem::path Absolute(const std::string &root) const {
    return std::filesystem::path(root).is_absolute() ? std::filesystem::path(root) : folder_ / root;
  }
  std::filesystem::path folder_, data_root_;
};

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
  section.Read("max_broken_share", &labelled->max_broken_share, 0.0, 1.0);
  section.Read("backdrops", &labelled->backdrops);
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
  if (!std::filesystem::is_regular_file(path))
    throw Error(ErrorCode::kNotFound, path + ": no such file; check the path");
  try {
    return YAML::LoadFile(path);
  } catch (const YAML::BadFile &) {
    throw Error(ErrorCode::kNotFound, path + ": cannot be opened");
  } catch (const YAML::Exception &error) {
    throw Error(ErrorCode::kInput, path + ":" + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
}

}  // namespace

TrainConfig ReadTrainConfig(const std::string &path, const std::string &data_root,
                            const std::vector<std::string> &settings) {
  TrainConfig config;
  const YAML::Node yaml = Parse(path);
  for (const std::string &setting : settings) Override(yaml, setting);
  Section root(yaml, path, "");
  std::string own_root = ".";
  root.Read("data_root", &own_root);
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
  Section evaluation = root.Sub("evaluation");
  evaluation.Read("files", &config.evaluation.files);
  evaluation.Read("categories", &config.evaluation.categories);
  evaluation.Read("pairs", &config.evaluation.pairs, 1, 1000000);
  evaluation.Finish();
  root.Finish();
  if (config.trainer.folder.empty())
    throw Error(ErrorCode::kInput, path + ": run_folder: is missing (where checkpoints and weights go)");

  const Paths paths(path, data_root.empty() ? own_root : std::filesystem::absolute(data_root).string());
  for (std::string *file : {&config.trainer.folder, &config.backbone_weights, &config.start_weights})
    paths.Resolve(file);
  for (std::vector<std::string> *files :
       {&config.photos.folders, &config.labelled.files, &config.labelled.backdrops, &config.rendered.files,
        &config.rendered.backdrops, &config.video.files, &config.evaluation.files})
    paths.Resolve(files);
  config.episodes.crop_size = config.net.crop_size;
  return config;
}

}  // namespace kpt::train
