// What photo and labelled episodes share: random numbers, colour, occluders, padding and seeds. Private to the sources.
#pragma once

#include <opencv2/core.hpp>
#include <random>
#include <vector>

#include "kpt/data/crop.h"
#include "kpt/net/padding.h"
#include "kpt/train/episode.h"
#include "kpt/train/episode_options.h"

namespace kpt::train {

using Random = std::mt19937_64;

double Uniform(Random &random, double low, double high);
double LogUniform(Random &random, double low, double high);
double Normal(Random &random, double sigma);
int UniformInt(Random &random, int low, int high);  ///< both ends included
bool Chance(Random &random, double probability);

/// A rotation in degrees: anything with the options' share, else up to `usual_deg` either way.
double RandomRotation(Random &random, const EpisodeOptions &options, double usual_deg);

/// A picture and its keypoints before padding: 8-bit BGR crop; points in pixels of the crop.
struct View {
  cv::Mat picture;
  std::vector<Point2> points;
  std::vector<bool> visible;  ///< annotated; points outside the crop are made invisible by `Finish`
  std::vector<bool> hidden;   ///< labelled though something covers it; empty: none
  cv::Mat occluded;           ///< 8-bit mask of what an occluder covers, or empty
};

/// The crop square, shifted, scaled and turned at random.
data::CropSquare Jittered(data::CropSquare square, const CutOptions &cut, const EpisodeOptions &options,
                          Random &random);

/// Light, colour, blur and noise, in place.
void AugmentColour(cv::Mat &picture, Random &random);

/// A closed smooth outline filled with 255, softened at its edge: mean radius about `radius` pixels.
cv::Mat BlobMask(cv::Size size, cv::Point2d centre, double radius, double aspect, Random &random);

/// `front` over `back` where `mask` (8-bit) says.
cv::Mat Blend(const cv::Mat &front, const cv::Mat &back, const cv::Mat &mask);

/// Puts a blob of `texture` over the view and marks what it covers.
void AddOccluder(View &view, const cv::Mat &texture, Random &random);

/// Pads both views to K slots with the same mixup draws, normalises, links, seeds: the episode.
Episode FinishEpisode(const View &support, const View &query, const std::vector<Link> &links, bool object_in_query,
                      const EpisodeOptions &options, Random &random, const char *source);

/// Points that both views show, inside their crops.
int CommonPoints(const View &a, const View &b);

}  // namespace kpt::train
