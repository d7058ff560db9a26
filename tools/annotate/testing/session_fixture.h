// A session over a small clip and two pictures, driven by events as the window would give them.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>
#include <string>
#include <vector>

#include "controller.h"
#include "session.h"

namespace kpt::annotate {

class SessionTest : public ::testing::Test {
 protected:
  static constexpr int kFrames = 60, kWidth = 160, kHeight = 120;

  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("kpt_annotate_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    cv::VideoWriter clip(At("clip.avi"), cv::CAP_OPENCV_MJPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 20,
                         {kWidth, kHeight});
    for (int i = 0; i < kFrames; ++i) clip.write(cv::Mat(kHeight, kWidth, CV_8UC3, cv::Scalar::all(4 * i)));
    clip.release();
    for (const char *name : {"a.png", "b.png"}) {
      cv::imwrite(At(name), cv::Mat(kHeight, kWidth, CV_8UC3, cv::Scalar(30, 60, 90)));
    }
    Open({"nose", "ear", "tail"}, {{At("clip.avi"), {}}});
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string At(const std::string &name) const { return (folder_ / name).string(); }

  /// A new run of the program, on the same support file.
  void Open(std::vector<std::string> names, std::vector<Source> sources) {
    controller_.reset();
    WorkFile file(At("support.yaml"));
    Editor editor = file.Open({"mouse", std::move(names), {}, {}}, &recovered_);
    session_ = std::make_unique<Session>(std::move(editor), FrameList(std::move(sources)), file);
    controller_ = std::make_unique<Controller>(session_.get(), nullptr);
    Event resize;
    resize.kind = Event::Kind::kResize;
    resize.width = 1000;
    resize.height = 700;
    controller_->Handle(resize);
    controller_->Begin();
  }

  Session &session() { return *session_; }
  const Annotation &annotation() const { return session_->editor.annotation(); }

  void Key(const std::string &key) {
    Event event;
    event.kind = Event::Kind::kKey;
    event.text = key;
    controller_->Handle(event);
  }
  /// Keys one by one, each with the text that it gives.
  void Type(const std::string &text) {
    for (const char c : text) {
      Key(std::string(1, static_cast<char>(std::toupper(c))));
      Event event;
      event.kind = Event::Kind::kText;
      event.text = std::string(1, c);
      controller_->Handle(event);
    }
  }
  void Mouse(Event::Kind kind, Point2 xy_in_window, Button button = Button::kLeft, float notches = 0) {
    Event event;
    event.kind = kind;
    event.xy_in_window = xy_in_window;
    event.button = button;
    event.notches = notches;
    controller_->Handle(event);
  }
  void Drag(Point2 from_in_frame, Point2 to_in_frame, Button button = Button::kLeft) {
    const Point2 from = InWindow(from_in_frame), to = InWindow(to_in_frame);
    Mouse(Event::Kind::kMove, from);
    Mouse(Event::Kind::kPress, from, button);
    Mouse(Event::Kind::kMove, {(from.x + to.x) / 2, (from.y + to.y) / 2});
    Mouse(Event::Kind::kMove, to);
    Mouse(Event::Kind::kRelease, to, button);
  }
  void Click(Point2 in_frame, Button button = Button::kLeft) { ClickWindow(InWindow(in_frame), button); }
  void ClickWindow(Point2 in_window, Button button = Button::kLeft) {
    Mouse(Event::Kind::kMove, in_window);
    Mouse(Event::Kind::kPress, in_window, button);
    Mouse(Event::Kind::kRelease, in_window, button);
  }
  Point2 InWindow(Point2 in_frame) const { return session_->viewport.WindowFromFrame(in_frame); }

  Mark MarkOf(int keypoint) const { return session_->editor.MarkAt(session_->Here().id, keypoint); }
  void ExpectPoint(int keypoint, float x, float y) const {
    ASSERT_EQ(MarkOf(keypoint).state, PointState::kPlaced);
    EXPECT_NEAR(MarkOf(keypoint).xy_in_frame.x, x, 0.011);
    EXPECT_NEAR(MarkOf(keypoint).xy_in_frame.y, y, 0.011);
  }

  std::filesystem::path folder_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Controller> controller_;
  bool recovered_ = false;
};

}  // namespace kpt::annotate
