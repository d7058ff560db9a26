// See work_file.h.
#include "work_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "command.h"

namespace kpt::annotate {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void Fail(const std::string &path, int error) {
  throw tools::CommandError(tools::kPipelineError,
                            "'" + path + "' cannot be written: " + std::generic_category().message(error) +
                                "; free space or choose another place with --output.");
}

/// Puts `text` at `path` as a whole or, after an error, not at all: another name is written first, and renamed.
void WriteWhole(const std::string &path, const std::string &text) {
  const std::string part = path + ".part" + std::to_string(getpid());
  const int descriptor = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) Fail(path, errno);
  int error = 0;
  for (std::size_t done = 0; done < text.size() && error == 0;) {
    const ssize_t count = write(descriptor, text.data() + done, text.size() - done);
    if (count >= 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (error == 0 && fsync(descriptor) != 0) error = errno;
  if (close(descriptor) != 0 && error == 0) error = errno;
  if (error == 0 && std::rename(part.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return;
  unlink(part.c_str());
  Fail(path, error);
}

Annotation Read(const std::string &path) {
  auto draft = ReadSupportDraft({path, "", 0});
  ThrowIfFailed(draft.status());
  return FromDraft(draft.value());
}

void Write(const Annotation &annotation, const std::string &path) {
  const auto text = SupportYaml(ToDraft(annotation), path);
  ThrowIfFailed(text.status());
  std::error_code ignored;  // a symbolic link stays one
  const fs::path resolved = fs::weakly_canonical(path, ignored);
  WriteWhole(ignored ? path : resolved.string(), text.value());
}

bool IsThere(const std::string &path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

}  // namespace

Editor WorkFile::Open(const Annotation &start, bool *recovered) {
  Editor editor(IsThere(path_) ? Read(path_) : start);
  *recovered = IsThere(side_path());
  if (*recovered) {
    editor.Restore(Read(side_path()));
    kept_number_ = editor.state_number();
  }
  return editor;
}

void WorkFile::Save(Editor *editor) const {
  Write(editor->annotation(), path_);
  editor->MarkSaved();
  DropUnsaved();
}

void WorkFile::KeepUnsaved(const Editor &editor) {
  const int wanted = editor.is_saved() || editor.annotation().names.empty() ? 0 : editor.state_number();
  if (wanted == kept_number_) return;
  if (wanted == 0) {
    DropUnsaved();
  } else {
    Write(editor.annotation(), side_path());
  }
  kept_number_ = wanted;
}

void WorkFile::DropUnsaved() const {
  std::error_code ignored;
  fs::remove(side_path(), ignored);
}

}  // namespace kpt::annotate
