// See window.h. Stands for the window in a program that was built without SDL.
#include "command.h"
#include "window.h"

namespace kpt::annotate {

struct Window::Impl {};

Window::Window(const std::string &, cv::Size) {
  throw tools::CommandError(tools::kPipelineError,
                            "this program was built without SDL, so it has no windows; install libsdl2-dev "
                            "(scripts/setup) and build again.");
}
Window::~Window() = default;

cv::Size Window::size() const { return {}; }
void Window::Show(const cv::Mat &) {}
void Window::SetTitle(const std::string &) {}
std::optional<Event> Window::Wait(int) { return std::nullopt; }
bool Window::EscapeWaits() { return false; }

}  // namespace kpt::annotate
