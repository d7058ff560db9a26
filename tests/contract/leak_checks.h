// Fails to compile where a header that came before brought in what its layer's users must not see. Which these are, the
// build says by KPT_NO_...; each library is known by a macro of its main header.
#if defined(KPT_NO_TORCH) && (defined(TORCH_API) || defined(C10_API))
#error "a public header leaks LibTorch"
#endif
#if defined(KPT_NO_OPENCV) && defined(CV_VERSION)
#error "a public header leaks OpenCV"
#endif
#if defined(KPT_NO_GSTREAMER) && (defined(GST_API_EXPORT) || defined(G_BEGIN_DECLS))
#error "a public header leaks GStreamer or GLib"
#endif
#if defined(KPT_NO_CUDA) && (defined(__CUDA_RUNTIME_H__) || defined(__DRIVER_TYPES_H__))
#error "a public header leaks CUDA"
#endif
