// What keypointtrack needs of GStreamer's CUDA library: frames in GPU memory without a copy, and one CUDA context for
// it and its neighbours. LibTorch works in the device's primary context, while GStreamer's elements would make private
// ones, so the primary is offered to every neighbour that asks.
//
// No CUDA type in this header. cuda_frames.cpp needs gstreamer-cuda, nvcc and a CUDA LibTorch; where one of them is
// missing cuda_frames_none.cpp takes its place and offers nothing. Called by keypointtrack.cpp and track_element.cpp.
#pragma once

#include <gst/video/video.h>

#include <memory>
#include <string>

#include "frame_view.h"

namespace kpt::gst {

/// The caps that the element takes, those in GPU memory first; to be freed.
GstCaps *TrackCaps();

class CudaFrames {
 public:
  CudaFrames();
  ~CudaFrames();
  CudaFrames(const CudaFrames &) = delete;
  CudaFrames &operator=(const CudaFrames &) = delete;

  /// Answers a neighbour's context query with the primary context of the device that `device` names (the property);
  /// false where the query is another, or there is no such device. From any thread.
  bool AnswerContextQuery(GstElement *element, GstQuery *query, const std::string &device);

  /// The network is on this device from now on ("cpu", "cuda:0").
  void Use(const std::string &device);

  /// How this buffer is to be read. A buffer of another context than ours is read through a copy in system memory; the
  /// first one posts a warning message.
  FrameMapping MappingOf(GstElement *element, GstBuffer *buffer);

  /// One line for the log: how frames of these caps are read.
  std::string PathOf(const GstCaps *caps) const;

  /// While it lives, the calling thread works in our context.
  class Scope {
   public:
    explicit Scope(CudaFrames &frames);
    ~Scope();
    Scope(const Scope &) = delete;
    Scope &operator=(const Scope &) = delete;

   private:
    CudaFrames &frames_;
    bool pushed_ = false;
  };

 private:
  struct Device;
  std::unique_ptr<Device> device_;
};

}  // namespace kpt::gst
