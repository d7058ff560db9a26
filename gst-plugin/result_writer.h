// The results of a stream in one of the formats of docs/formats.md. Knows tracks and files; neither elements nor video,
// nor what else takes lines. Called by keypointexport. Everything throws ElementError where the file cannot be written.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "keypoint_meta.h"

namespace kpt::gst {

enum class FileFormat { kJsonLines, kCsv, kCoco };

/// What is known of the stream besides its tracks.
struct StreamInfo {
  std::string source;  ///< file or URI that the frames come from; empty: unknown
  int width = 0;
  int height = 0;
  double fps = 0;  ///< 0: variable
};

/// One frame that reached the exporter.
struct FrameRecord {
  std::uint64_t index = 0;           ///< from 0
  std::optional<std::uint64_t> pts;  ///< ns
  std::vector<Track> tracks;
};

class ResultWriter {
 public:
  virtual ~ResultWriter() = default;
  virtual void WriteFrame(const StreamInfo &stream, const FrameRecord &frame) = 0;

  /// Makes the file complete. Frames may follow still (a seek after the end), and another Finish.
  virtual void Finish(const StreamInfo &stream) = 0;
};

/// Where JSON Lines go: a file, or a broker. Lines come without their end.
class LineSink {
 public:
  virtual ~LineSink() = default;

  /// The header of a category (empty: of no tracker); another one of the same category takes its place.
  virtual void WriteHeader(const std::string &category, const std::string &line) = 0;
  virtual void WriteFrame(const std::string &line) = 0;

  /// See ResultWriter.
  virtual void Finish() = 0;
};

/// Opens the file; see output_file.h. Throws ElementError (RESOURCE/OPEN_WRITE) that names it.
std::unique_ptr<ResultWriter> MakeResultWriter(FileFormat format, const std::string &path);

std::unique_ptr<ResultWriter> MakeJsonLinesWriter(const std::string &path);
std::unique_ptr<ResultWriter> MakeJsonLinesWriter(std::shared_ptr<LineSink> sink);
std::unique_ptr<ResultWriter> MakeCsvWriter(const std::string &path);
std::unique_ptr<ResultWriter> MakeCocoWriter(const std::string &path);

/// Thousandths of a pixel are enough for anyone, and keep lines short.
double Rounded(float value);

}  // namespace kpt::gst
