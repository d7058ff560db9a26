// See output_file.h. POSIX calls, because a buffered stream cannot take half a line back.
#include "output_file.h"

#include <fcntl.h>
#include <gst/gst.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "guard.h"

namespace kpt::gst {
namespace {

std::string Reason(int error) { return std::generic_category().message(error); }

}  // namespace

OutputFile::OutputFile(const std::string &path) : path_(path) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_CLOEXEC;
  descriptor_ = open(path.c_str(), kFlags | O_EXCL, 0666);
  created_ = descriptor_ >= 0;
  if (!created_) descriptor_ = open(path.c_str(), kFlags, 0666);
  if (descriptor_ < 0) {
    throw ElementError(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE,
                       "file-path: '" + path + "' cannot be written: " + Reason(errno) + ".");
  }
}

OutputFile::~OutputFile() {
  close(descriptor_);
  if (created_ && !written_) unlink(path_.c_str());
}

void OutputFile::Write(std::string_view text) {
  if (!written_) Clear();
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = write(descriptor_, text.data() + done, text.size() - done);
    if (count >= 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      Fail(errno);
    }
  }
  length_ += static_cast<long long>(text.size());
}

void OutputFile::Fail(int error) {
  // Pipes and devices cannot be cut short, and need not be.
  if (ftruncate(descriptor_, length_) == 0) lseek(descriptor_, length_, SEEK_SET);
  throw ElementError(GST_RESOURCE_ERROR, error == ENOSPC ? GST_RESOURCE_ERROR_NO_SPACE_LEFT : GST_RESOURCE_ERROR_WRITE,
                     "'" + path_ + "' cannot be written any further: " + Reason(error) + ".");
}

void OutputFile::Clear() {
  if (ftruncate(descriptor_, 0) == 0) {
    lseek(descriptor_, 0, SEEK_SET);
  } else if (errno != EINVAL) {  // which pipes and devices give
    Fail(errno);
  }
  written_ = true;
  length_ = 0;
}

}  // namespace kpt::gst
