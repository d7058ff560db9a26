// A file that only ever holds whole pieces: each Write appears completely or, after an error, not at all.
// Called by the result writers.
#pragma once

#include <string>
#include <string_view>

namespace kpt::gst {

class OutputFile {
 public:
  /// Creates or empties the file. Throws ElementError (RESOURCE/OPEN_WRITE) that names it.
  explicit OutputFile(const std::string &path);
  ~OutputFile();
  OutputFile(const OutputFile &) = delete;
  OutputFile &operator=(const OutputFile &) = delete;

  /// Appends `text` and hands it to the system. Throws ElementError: RESOURCE/NO_SPACE_LEFT or RESOURCE/WRITE.
  void Write(std::string_view text);

  /// Empties the file, for formats that can only be written at once.
  void Clear();

 private:
  [[noreturn]] void Fail(int error);

  const std::string path_;
  int descriptor_ = -1;
  long long length_ = 0;  // of what was written whole
};

}  // namespace kpt::gst
