// A file that only ever holds whole pieces: each Write appears completely or, after an error, not at all. What the file
// held before stays until something is written: a pipeline that fails before its first frame destroys nothing.
// Called by the result writers.
#pragma once

#include <string>
#include <string_view>

namespace kpt::gst {

class OutputFile {
 public:
  /// Opens the file, or creates it. Throws ElementError (RESOURCE/OPEN_WRITE) that names it.
  explicit OutputFile(const std::string &path);
  /// Removes a file that it created and never wrote to.
  ~OutputFile();
  OutputFile(const OutputFile &) = delete;
  OutputFile &operator=(const OutputFile &) = delete;

  /// Appends `text` to what was written here and hands it to the system; the first one takes the place of all there
  /// was. Throws ElementError: RESOURCE/NO_SPACE_LEFT or RESOURCE/WRITE.
  void Write(std::string_view text);

  /// Empties the file, for formats that can only be written at once. Throws as Write does.
  void Clear();

 private:
  [[noreturn]] void Fail(int error);

  const std::string path_;
  int descriptor_ = -1;
  bool created_ = false;
  bool written_ = false;  // to, or emptied
  long long length_ = 0;  // of what was written whole
};

}  // namespace kpt::gst
