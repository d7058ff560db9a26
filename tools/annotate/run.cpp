// See run.h.
#include "run.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>

#include "controller.h"
#include "status_line.h"
#include "view.h"
#include "window.h"

namespace kpt::annotate {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWindowWidth = 1280, kWindowHeight = 800;
constexpr int kIdleMs = 200;                           ///< without events, after which unsaved work is kept
constexpr std::chrono::milliseconds kKeepEvery(1000);  ///< or this, where events do not stop
constexpr std::chrono::milliseconds kBatch(50);        ///< of events, before they are shown
constexpr std::chrono::milliseconds kPatience(200);    ///< of a user, before a wait is explained

volatile std::sig_atomic_t signal_came = 0;

/// Signals that end a program end the loop instead, so that unsaved work is kept.
void CatchSignals() {
  struct sigaction action{};
  action.sa_handler = [](int) { signal_came = 1; };
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
}

class Loop {
 public:
  Loop(Session *session, bool verbose)
      : s_(*session),
        verbose_(verbose),
        window_(Title(), {kWindowWidth, kWindowHeight}),
        controller_(session, [this](int reached) { return GoOnReading(reached); }) {}

  void Go() {
    Resize();
    controller_.Begin();
    Show();
    while (!s_.done && signal_came == 0) {
      std::optional<Event> event = window_.Wait(kIdleMs);
      const bool idle = !event;
      const auto seen = Clock::now();
      while (event && !s_.done) {
        Handle(*event);
        event = Clock::now() - seen < kBatch ? window_.Wait(0) : std::nullopt;
      }
      if (!idle) Show();
      if (idle || Clock::now() - kept_at_ > kKeepEvery) KeepUnsaved();
    }
  }

  void KeepUnsaved() {
    kept_at_ = Clock::now();
    try {
      s_.file.KeepUnsaved(s_.editor);
    } catch (const std::exception &error) {
      s_.Complain(error.what());
    }
  }

 private:
  std::string Title() const {
    return (s_.editor.is_saved() ? "" : "* ") + std::filesystem::path(s_.file.path()).filename().string() +
           " - kpt annotate";
  }

  void Handle(const Event &event) {
    busy_since_ = Clock::now();
    controller_.Handle(event);
  }

  void Resize() {
    Event event;
    event.kind = Event::Kind::kResize;
    event.width = window_.size().width;
    event.height = window_.size().height;
    Handle(event);
  }

  void Show() {
    window_.Show(view_.Draw(s_));
    if (const std::string title = Title(); title != title_) window_.SetTitle(title_ = title);
    if (!verbose_) return;
    if (const std::string status = StatusLine(s_); status != status_) std::cout << (status_ = status) << std::endl;
  }

  /// While a far frame is decoded.
  bool GoOnReading(int reached) {
    if (signal_came != 0) return false;
    if (Clock::now() - busy_since_ < kPatience) return true;
    window_.Show(view_.DrawWait("Reading the video: frame " + std::to_string(reached) + "   (Esc stops here)"));
    return !window_.EscapeWaits();
  }

  Session &s_;
  const bool verbose_;
  Window window_;
  View view_;
  Controller controller_;
  Clock::time_point busy_since_ = Clock::now();
  Clock::time_point kept_at_ = Clock::now();
  std::string title_, status_;
};

}  // namespace

tools::ExitCode Run(Session *session, bool verbose) {
  CatchSignals();
  Loop loop(session, verbose);
  loop.Go();
  if (session->done && session->drop_unsaved) {
    session->file.DropUnsaved();
    return tools::kDone;
  }
  loop.KeepUnsaved();
  if (session->done) return tools::kDone;
  if (!session->editor.is_saved()) {
    std::cerr << "kpt annotate: note: what was not saved is in '" << session->file.side_path()
              << "' and comes back at the next start.\n";
  }
  return tools::kInterrupted;
}

}  // namespace kpt::annotate
