// The configuration reader: what is there is read, what is wrong is named with file and line.
#include "train_config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "kpt/base/error.h"

namespace kpt::train {
namespace {

class TrainConfigTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("kpt_train_config_test_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  TrainConfig Read(const std::string &text, const std::string &data_root = "") {
    const std::string path = (folder_ / "c.yaml").string();
    std::ofstream(path) << text;
    return ReadTrainConfig(path, data_root);
  }

  std::string ErrorOf(const std::string &text) {
    try {
      Read(text);
    } catch (const Error &error) {
      return error.what();
    }
    return "no error";
  }

  std::filesystem::path folder_;
};

TEST_F(TrainConfigTest, PathsStartFromTheFileOrTheDataRoot) {
  const std::string text = "run_folder: run\ndata_root: d\nphotos: {folders: ['data:photos']}\n";
  EXPECT_EQ(Read(text).trainer.folder, (folder_ / "run").string());
  EXPECT_EQ(Read(text).photos.folders.at(0), (folder_ / "d/photos").string());
  EXPECT_EQ(Read(text, "/elsewhere").photos.folders.at(0), "/elsewhere/photos");
}

TEST_F(TrainConfigTest, WrongSettingsAreNamedWithTheirLine) {
  EXPECT_NE(ErrorOf("run_folder: r\ntrainer:\n  lerning_rate: 1\n").find("c.yaml:3: trainer.lerning_rate"),
            std::string::npos);
  EXPECT_NE(ErrorOf("run_folder: r\ntrainer: {batch: many}\n").find("trainer.batch"), std::string::npos);
  EXPECT_NE(ErrorOf("run_folder: r\ntrainer: {batch: 0}\n").find("out of range"), std::string::npos);
  EXPECT_NE(ErrorOf("run_folder: r\nnet: 3\n").find("net: is not a mapping"), std::string::npos);
  EXPECT_NE(ErrorOf("trainer: {batch: 2}\n").find("run_folder: is missing"), std::string::npos);
  EXPECT_NE(ErrorOf("a: [1\n").find("c.yaml"), std::string::npos);
  EXPECT_THROW(ReadTrainConfig((folder_ / "none.yaml").string(), ""), Error);
}

TEST_F(TrainConfigTest, SettingsReplaceTheFiles) {
  const std::string path = (folder_ / "c.yaml").string();
  std::ofstream(path) << "run_folder: r\ntrainer: {batch: 2}\n";
  const TrainConfig config =
      ReadTrainConfig(path, "", {"trainer.batch=7", "net.strides=[16, 8]", "episodes.padding=zero"});
  EXPECT_EQ(config.trainer.batch, 7);
  EXPECT_EQ(config.net.strides, (std::vector<int>{16, 8}));
  EXPECT_EQ(config.episodes.padding, Padding::kZero);
  for (const char *wrong :
       {"trainer.batch", "=3", "trainer.batch.x=3", "trainer.batsh=3", "trainer.batch=[", "episodes.padding=some"})
    EXPECT_THROW(ReadTrainConfig(path, "", {wrong}), Error) << wrong;
}

TEST_F(TrainConfigTest, ABaseSaysWhatTheFileDoesNot) {
  std::filesystem::create_directories(folder_ / "bases");
  std::ofstream(folder_ / "bases/b.yaml") << "run_folder: of_base\ndata_root: d\nphotos: {folders: ['data:photos']}\n"
                                             "labelled: {share: 0.5, files: [x.json]}\ntrainer: {batch: 3, seed: 8}\n";
  const std::string text = "base: bases/b.yaml\nrun_folder: own\ntrainer: {batch: 5}\nvideo: {files: ['data:v.mp4']}\n";
  const TrainConfig config = Read(text);
  EXPECT_EQ(config.trainer.folder, (folder_ / "own").string());
  EXPECT_EQ(config.trainer.batch, 5);
  EXPECT_EQ(config.trainer.seed, 8U);
  EXPECT_EQ(config.labelled.files.at(0), (folder_ / "bases/x.json").string()) << "paths start from their own file";
  EXPECT_EQ(config.photos.folders.at(0), (folder_ / "bases/d/photos").string());
  EXPECT_EQ(config.video.files.at(0), (folder_ / "bases/d/v.mp4").string()) << "the base's data root";
  EXPECT_EQ(Read(text + "data_root: e\n").photos.folders.at(0), (folder_ / "e/photos").string());
  EXPECT_EQ(Read(text, "/elsewhere").photos.folders.at(0), "/elsewhere/photos");
}

TEST_F(TrainConfigTest, ABasesMistakesAreNamedWithItsOwnFile) {
  std::ofstream(folder_ / "b.yaml") << "run_folder: r\ntrainer: {batsh: 3}\n";
  EXPECT_NE(ErrorOf("base: b.yaml\n").find("b.yaml:2: trainer.batsh"), std::string::npos);
  EXPECT_NE(ErrorOf("base: none.yaml\n").find("none.yaml' does not exist"), std::string::npos);
  EXPECT_NE(ErrorOf("base: c.yaml\nrun_folder: r\n").find("circle"), std::string::npos) << "c.yaml is the file itself";
}

TEST_F(TrainConfigTest, EveryShippedConfigurationIsReadAndHoldsBackWhatMeasures) {
  int configurations = 0;
  for (const auto &entry : std::filesystem::directory_iterator(KPT_SOURCE_DIR "/configs")) {
    if (entry.path().filename().string().rfind("train-", 0) != 0) continue;
    SCOPED_TRACE(entry.path());
    ++configurations;
    const TrainConfig config = ReadTrainConfig(entry.path().string(), "/data");
    const auto &files = config.labelled.files;
    const bool demo = std::any_of(files.begin(), files.end(), [](const std::string &file) {
      return file.find("mirror_mouse") != std::string::npos;
    });
    EXPECT_EQ(config.labelled.leave_out_images.size(), demo ? 20U : 0U);
    EXPECT_NO_THROW(config.net.Check());
    for (const std::string &file : config.labelled.files) {
      for (const char *held_back : {"sleap_flies", "mocap_human", "ir_part", "pf_willow_car"})
        EXPECT_EQ(file.find(held_back), std::string::npos) << file;
    }
  }
  EXPECT_GE(configurations, 2);
}

}  // namespace
}  // namespace kpt::train
