// What the user asks of `kpt track`.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace kpt::tools {

struct TrackOptions {
  std::string input;
  std::string support;
  std::string category;
  std::string output;   ///< results: .jsonl, .csv or .json
  std::string overlay;  ///< video with the points drawn: .mp4, .mov or .mkv
  std::string config;
  std::string model;             ///< empty: the configuration's, else the shipped weights
  std::string device;            ///< empty: the configuration's, else auto
  std::optional<int> instances;  ///< none, here and below: as the configuration or the element says
  std::optional<int> every;
  std::optional<int> shots;
  std::optional<int> adopt;
  std::vector<std::string> boxes;  ///< x,y,width,height of the objects in frame 0
  double angle = 0;                ///< of the boxes, degrees clockwise
  bool verbose = false;
};

}  // namespace kpt::tools
