// Which video encoders and containers this machine's GStreamer has. Called by `kpt track` and `kpt doctor`.
#pragma once

#include <gst/gst.h>

#include <string>

namespace kpt::tools {

/// A part of a launch line that turns raw video into a stream of `format`.
struct Encoder {
  std::string element;  ///< "x264enc"
  std::string format;   ///< "H.264"
  std::string launch;   ///< "x264enc speed-preset=veryfast ... ! h264parse"
  bool is_h264 = false;
};

/// The best encoder whose stream the container of `path` (by its extension: .mp4, .mov, .mkv) takes: H.264 where there
/// is one.
/// Throws CommandError: kUsage for another extension, kPipelineError where nothing is installed, naming the package.
Encoder ChooseEncoder(const std::string &path);

/// The muxer's element for `path`; throws as ChooseEncoder.
std::string MuxerFor(const std::string &path);

bool HasElement(const std::string &name);

}  // namespace kpt::tools
