// See cuda_frames.h: the build without GPU memory.
#include "cuda_frames.h"

namespace kpt::gst {

struct CudaFrames::Device {};

GstCaps *TrackCaps() { return gst_caps_from_string(GST_VIDEO_CAPS_MAKE(KPT_VIDEO_FORMATS)); }

CudaFrames::CudaFrames() = default;
CudaFrames::~CudaFrames() = default;
bool CudaFrames::AnswerContextQuery(GstElement *, GstQuery *, const std::string &) { return false; }
void CudaFrames::Use(const std::string &) {}
FrameMapping CudaFrames::MappingOf(GstElement *, GstBuffer *) { return {}; }
std::string CudaFrames::PathOf(const GstCaps *) const { return kHostPath; }

CudaFrames::Scope::Scope(CudaFrames &frames) : frames_(frames) {}
CudaFrames::Scope::~Scope() { static_cast<void>(frames_); }

}  // namespace kpt::gst
