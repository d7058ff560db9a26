/* The rest of stub_cuda_driver.cpp: what GStreamer's loaders must find and nothing calls, and as
 * libnvcuvid.so.1 the decoder, without which there is no cudaupload. In C and without cuda.h, so
 * that one signature serves all. */
#define KPT_MISSING(name) \
  int name(void) { return 801; /* CUDA_ERROR_NOT_SUPPORTED */ }

KPT_MISSING(cuStreamDestroy)
KPT_MISSING(cuCtxEnablePeerAccess)
KPT_MISSING(cuCtxDisablePeerAccess)
KPT_MISSING(cuGraphicsMapResources)
KPT_MISSING(cuGraphicsUnmapResources)
KPT_MISSING(cuGraphicsUnregisterResource)
KPT_MISSING(cuModuleLoadData)
KPT_MISSING(cuModuleUnload)
KPT_MISSING(cuModuleGetFunction)
KPT_MISSING(cuTexObjectCreate)
KPT_MISSING(cuTexObjectDestroy)
KPT_MISSING(cuLaunchKernel)
KPT_MISSING(cuGraphicsGLRegisterImage)
KPT_MISSING(cuGraphicsGLRegisterBuffer)
KPT_MISSING(cuGLGetDevices_v2)
KPT_MISSING(cuGraphicsResourceSetMapFlags_v2)
KPT_MISSING(cuGraphicsSubResourceGetMappedArray)
KPT_MISSING(cuGraphicsResourceGetMappedPointer_v2)

KPT_MISSING(cuvidCtxLockCreate)
KPT_MISSING(cuvidCtxLockDestroy)
KPT_MISSING(cuvidCtxLock)
KPT_MISSING(cuvidCtxUnlock)
KPT_MISSING(cuvidCreateDecoder)
KPT_MISSING(cuvidDestroyDecoder)
KPT_MISSING(cuvidDecodePicture)
KPT_MISSING(cuvidCreateVideoParser)
KPT_MISSING(cuvidParseVideoData)
KPT_MISSING(cuvidDestroyVideoParser)
KPT_MISSING(cuvidMapVideoFrame64)
KPT_MISSING(cuvidUnmapVideoFrame64)
KPT_MISSING(cuvidGetDecoderCaps)
