// The support file that is being worked on, and beside it a copy of work that was not saved yet, so that nothing is
// lost whatever ends the program. Knows no window. Called by the controller and by `kpt annotate`.
#pragma once

#include <string>

#include "annotation.h"
#include "editor.h"

namespace kpt::annotate {

class WorkFile {
 public:
  /// `path`: where the user wants the support file; it need not be there yet.
  explicit WorkFile(std::string path) : path_(std::move(path)) {}

  const std::string &path() const noexcept { return path_; }

  /// "support.yaml.unsaved": a support file as well.
  std::string side_path() const { return path_ + ".unsaved"; }

  /// What the file says; `start` where there is no file. Where an earlier run left unsaved work, that follows as a step
  /// that can be undone, and `*recovered` is true. Throws Error naming file, line and field.
  Editor Open(const Annotation &start, bool *recovered);

  /// Throws CommandError (kPipelineError) where the file cannot be written; then what was there before is still there.
  void Save(Editor *editor) const;

  /// Writes the side file where there is unsaved work that it does not hold yet, and removes it where there is none.
  void KeepUnsaved(const Editor &editor);

  /// The user does not want the unsaved work.
  void DropUnsaved() const;

 private:
  std::string path_;
  int kept_number_ = 0;  ///< the state that the side file holds; 0: it holds none
};

}  // namespace kpt::annotate
