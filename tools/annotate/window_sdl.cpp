// See window.h. The one file that knows SDL.
#include <SDL.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "command.h"
#include "window.h"

namespace kpt::annotate {
namespace {

[[noreturn]] void Fail(const std::string &reason) {
  throw tools::CommandError(tools::kPipelineError, "no window can be opened: " + reason +
                                                       "; run it on a desktop, through `ssh -X`, or under `xvfb-run`.");
}

void StartSdl() {
  // Left alone, SDL also takes a bare console's graphics card, or a screen that nobody sees: neither is meant.
  const bool x11 = std::getenv("DISPLAY") != nullptr, wayland = std::getenv("WAYLAND_DISPLAY") != nullptr;
  if (std::getenv("SDL_VIDEODRIVER") == nullptr) {
    if (!x11 && !wayland) Fail("there is no display (DISPLAY is not set)");
    SDL_SetHint(SDL_HINT_VIDEODRIVER, x11 && wayland ? "x11,wayland" : x11 ? "x11" : "wayland");
  }
  SDL_SetMainReady();
  SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");        // the main loop has its own
  SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");  // a picture at a time needs no OpenGL
  SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
  SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");  // the click that raises the window places a point, too
  if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) Fail(SDL_GetError());
}

/// "Ctrl+Shift+Z"; empty for a modifier alone.
std::string NameOf(const SDL_Keysym &key) {
  const std::string name = SDL_GetKeyName(key.sym);
  const bool modifier = key.sym >= SDLK_LCTRL && key.sym <= SDLK_RGUI;
  if (name.empty() || modifier) return "";
  const bool ctrl = (key.mod & KMOD_CTRL) != 0, alt = (key.mod & KMOD_ALT) != 0, shift = (key.mod & KMOD_SHIFT) != 0;
  return std::string(ctrl ? "Ctrl+" : "") + (alt ? "Alt+" : "") + (shift ? "Shift+" : "") + name;
}

std::optional<Button> ButtonOf(Uint8 button) {
  switch (button) {
    case SDL_BUTTON_LEFT:
      return Button::kLeft;
    case SDL_BUTTON_MIDDLE:
      return Button::kMiddle;
    case SDL_BUTTON_RIGHT:
      return Button::kRight;
    default:
      return std::nullopt;
  }
}

Point2 At(int x, int y) { return {static_cast<float>(x), static_cast<float>(y)}; }

std::optional<Event> FromButton(const SDL_MouseButtonEvent &from) {
  const auto button = ButtonOf(from.button);
  if (!button) return std::nullopt;
  Event event;
  event.kind = from.type == SDL_MOUSEBUTTONDOWN ? Event::Kind::kPress : Event::Kind::kRelease;
  event.button = *button;
  event.xy_in_window = At(from.x, from.y);
  return event;
}

/// None for what is of no interest.
std::optional<Event> Translate(const SDL_Event &from) {
  Event event;
  switch (from.type) {
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
      return FromButton(from.button);
    case SDL_MOUSEMOTION:
      event.kind = Event::Kind::kMove;
      event.xy_in_window = At(from.motion.x, from.motion.y);
      return event;
    case SDL_MOUSEWHEEL:
      event.kind = Event::Kind::kWheel;
      event.notches = from.wheel.direction == SDL_MOUSEWHEEL_FLIPPED ? -from.wheel.preciseY : from.wheel.preciseY;
      event.xy_in_window = At(from.wheel.mouseX, from.wheel.mouseY);
      return event;
    case SDL_KEYDOWN:
      // Where frames come slower than a held key repeats, the window must not run on after the key is up.
      if (from.key.repeat != 0 && SDL_HasEvent(SDL_KEYDOWN) == SDL_TRUE) break;
      event.kind = Event::Kind::kKey;
      event.text = NameOf(from.key.keysym);
      return event.text.empty() ? std::nullopt : std::optional(event);
    case SDL_TEXTINPUT:
      event.kind = Event::Kind::kText;
      event.text = from.text.text;
      return event;
    case SDL_WINDOWEVENT:
      if (from.window.event != SDL_WINDOWEVENT_SIZE_CHANGED && from.window.event != SDL_WINDOWEVENT_EXPOSED) break;
      event.kind = Event::Kind::kResize;
      SDL_GetWindowSize(SDL_GetWindowFromID(from.window.windowID), &event.width, &event.height);
      return event;
    case SDL_QUIT:
      event.kind = Event::Kind::kClose;
      return event;
    default:
      break;
  }
  return std::nullopt;
}

}  // namespace

struct Window::Impl {
  SDL_Window *window = nullptr;
};

Window::Window(const std::string &title, cv::Size size) : impl_(std::make_unique<Impl>()) {
  StartSdl();
  SDL_Rect screen{};
  if (SDL_GetDisplayUsableBounds(0, &screen) == 0) {
    size = {std::min(size.width, screen.w), std::min(size.height, screen.h)};
  }
  impl_->window = SDL_CreateWindow(title.c_str(), SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, size.width,
                                   size.height, SDL_WINDOW_RESIZABLE);
  if (impl_->window == nullptr) {
    const std::string reason = SDL_GetError();
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    Fail(reason);
  }
  SDL_SetWindowMinimumSize(impl_->window, 640, 420);
  SDL_StartTextInput();
}

Window::~Window() {
  SDL_DestroyWindow(impl_->window);
  SDL_QuitSubSystem(SDL_INIT_VIDEO);
}

cv::Size Window::size() const {
  cv::Size size;
  SDL_GetWindowSize(impl_->window, &size.width, &size.height);
  return size;
}

void Window::Show(const cv::Mat &bgrx) {
  if (bgrx.empty()) return;
  SDL_Surface *surface = SDL_GetWindowSurface(impl_->window);  // a new one after the size changed
  SDL_Surface *picture = SDL_CreateRGBSurfaceWithFormatFrom(bgrx.data, bgrx.cols, bgrx.rows, 32,
                                                            static_cast<int>(bgrx.step), SDL_PIXELFORMAT_RGB888);
  if (surface != nullptr && picture != nullptr) {
    SDL_BlitSurface(picture, nullptr, surface, nullptr);
    SDL_UpdateWindowSurface(impl_->window);
  }
  SDL_FreeSurface(picture);
}

void Window::SetTitle(const std::string &title) { SDL_SetWindowTitle(impl_->window, title.c_str()); }

std::optional<Event> Window::Wait(int milliseconds) {
  const Uint64 end = SDL_GetTicks64() + static_cast<Uint64>(milliseconds);
  while (true) {
    const Uint64 now = SDL_GetTicks64();
    SDL_Event event;
    if (SDL_WaitEventTimeout(&event, now < end ? static_cast<int>(end - now) : 0) == 0) return std::nullopt;
    if (auto translated = Translate(event)) return translated;
    if (now >= end && milliseconds > 0) return std::nullopt;
  }
}

bool Window::EscapeWaits() {
  SDL_PumpEvents();
  std::array<SDL_Event, 64> keys;
  const int count = SDL_PeepEvents(keys.data(), static_cast<int>(keys.size()), SDL_PEEKEVENT, SDL_KEYDOWN, SDL_KEYDOWN);
  const bool pressed = std::any_of(keys.begin(), keys.begin() + std::max(count, 0),
                                   [](const SDL_Event &event) { return event.key.keysym.sym == SDLK_ESCAPE; });
  if (pressed) SDL_FlushEvent(SDL_KEYDOWN);
  return pressed;
}

}  // namespace kpt::annotate
