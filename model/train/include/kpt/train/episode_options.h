// What episodes are made of: every choice of the sources, with the defaults of the shipped weights.
#pragma once

#include <string>
#include <vector>

namespace kpt::train {

/// How an episode's keypoints are padded: the paper's random points on links, equally spaced ones, or empty slots.
enum class Padding { kMixup, kEqualDivision, kZero };

/// What happens to every picture and every episode, whatever its source.
struct EpisodeOptions {
  int crop_size = 256;
  Padding padding = Padding::kMixup;
  int padded_keypoints = 28;
  int max_keypoints = 24;         ///< a category with more gives a random part of them
  double seeded_share = 0.5;      ///< episodes that start from noisy truth
  double seed_noise_min = 0.006;  ///< sigma, of the crop; log-uniform
  double seed_noise_max = 0.16;
  double absent_share = 0.05;        ///< queries without the object
  double any_rotation_share = 0.25;  ///< pictures turned by anything up to half a turn
  double rotation_deg = 40;          ///< the others: up to this
  double occluder_share = 0.33;      ///< queries with something in front of the object
};

/// Label-free episodes from photographs.
struct PhotoOptions {
  std::vector<std::string> folders;  ///< every .jpg, .jpeg and .png in them
  double whole_photo_share = 0.2;    ///< the object is the whole photograph instead of a blob cut from it
  int min_points = 4;
  int max_points = 24;
  double scale_min = 0.55;  ///< the object's longer side, of the crop's
  double scale_max = 1.05;
  double bend_px = 6;             ///< amplitude of each wave of the bending field
  double max_broken_share = 0.1;  ///< more unreadable photographs than this stop the run
};

/// How an object's crop differs from the one that its box asks for.
struct CutOptions {
  double rotation_deg = 30;
  double shift = 0.1;      ///< of the crop's side
  double scale_min = 0.8;  ///< of the crop's side
  double scale_max = 1.3;
};

/// Labelled episodes from COCO-keypoints folders.
struct LabelledOptions {
  std::vector<std::string> files;                 ///< annotations.json files
  std::vector<std::string> leave_out_categories;  ///< by name
  std::vector<std::string> leave_out_images;  ///< "source folder/file name", for example mirror_mouse/images/img01.png
  CutOptions cut;
  double mirrored_share = 0;       ///< episodes whose pictures are both mirrored: as good as another kind of object
  double common_rotation_deg = 0;  ///< both pictures are turned together, up to this either way, besides `cut`
  double max_broken_share = 0.1;
  std::vector<std::string> backdrops;  ///< folders of photographs behind pictures with an alpha channel; empty: black
};

/// Episodes of two frames of a video, whose truth is optical flow that was checked forward and backward.
struct VideoOptions {
  std::vector<std::string> files;
  int segments = 40;  ///< kept of each video, evenly spread
  int max_gap = 8;    ///< frames between the two pictures, at most
  int min_points = 4;
  int max_points = 24;
  double max_flow_error = 0.7;  ///< pixels between where a point started and where flow and backward flow bring it
  CutOptions cut;
};

}  // namespace kpt::train
