// See result_writer.h; each format has a file of its own.
#include "result_writer.h"

#include <cmath>

namespace kpt::gst {

std::unique_ptr<ResultWriter> MakeResultWriter(FileFormat format, const std::string &path) {
  switch (format) {
    case FileFormat::kCsv:
      return MakeCsvWriter(path);
    case FileFormat::kCoco:
      return MakeCocoWriter(path);
    case FileFormat::kJsonLines:
      break;
  }
  return MakeJsonLinesWriter(path);
}

double Rounded(float value) { return std::round(static_cast<double>(value) * 1000) / 1000; }

}  // namespace kpt::gst
