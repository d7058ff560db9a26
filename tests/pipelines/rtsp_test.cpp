// RTSP in and out, on loopback: a camera that is watched and tracked, and a tracked picture that is watched.
#include <gst/rtsp-server/rtsp-server.h>
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <string>
#include <thread>

#include "samples.h"

namespace kpt::cli_testing {
namespace {

/// An RTSP server on a free port of loopback, which works in a thread of its own while the object lives.
class Server {
 public:
  Server() : context_(g_main_context_new()), loop_(g_main_loop_new(context_, FALSE)), server_(gst_rtsp_server_new()) {
    gst_rtsp_server_set_address(server_, "127.0.0.1");
    gst_rtsp_server_set_service(server_, "0");
    gst_rtsp_server_attach(server_, context_);
    thread_ = std::thread([this] { g_main_loop_run(loop_); });
  }
  ~Server() {
    StopMedia();
    g_main_loop_quit(loop_);
    thread_.join();
    g_object_unref(server_);
    g_main_loop_unref(loop_);
    g_main_context_unref(context_);
    gst_rtsp_thread_pool_cleanup();
  }

  void Offer(const std::string &path, const std::string &line) {
    GstRTSPMountPoints *mounts = gst_rtsp_server_get_mount_points(server_);
    GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(factory, ("( " + line + " )").c_str());
    g_signal_connect(factory, "media-configure",
                     G_CALLBACK(+[](GstRTSPMediaFactory *, GstRTSPMedia *media, Server *self) {
                       const std::lock_guard lock(self->mutex_);
                       g_set_object(&self->media_, media);
                     }),
                     this);
    gst_rtsp_mount_points_add_factory(mounts, path.c_str(), factory);
    g_object_unref(mounts);
  }
  std::string Address(const std::string &path) const {
    return "rtsp://127.0.0.1:" + std::to_string(gst_rtsp_server_get_bound_port(server_)) + path;
  }

 private:
  /// The network must not be at work in the server's threads when the program ends.
  void StopMedia() {
    const std::lock_guard lock(mutex_);
    if (media_ == nullptr) return;
    gst_rtsp_server_client_filter(
        server_, [](GstRTSPServer *, GstRTSPClient *, gpointer) { return GST_RTSP_FILTER_REMOVE; }, nullptr);
    for (int i = 0; i < 2000 && gst_rtsp_media_get_status(media_) != GST_RTSP_MEDIA_STATUS_UNPREPARED; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(gst_rtsp_media_get_status(media_), GST_RTSP_MEDIA_STATUS_UNPREPARED);
    g_clear_object(&media_);
  }

  GMainContext *context_;
  GMainLoop *loop_;
  GstRTSPServer *server_;
  std::mutex mutex_;
  GstRTSPMedia *media_ = nullptr;  ///< the last one that was made
  std::thread thread_;
};

const std::string kCamera = "videotestsrc is-live=true pattern=ball ! video/x-raw,width=96,height=80,framerate=10/1 ";
const std::string kSend = "! videoconvert ! video/x-raw,format=I420 ! jpegenc ! rtpjpegpay name=pay0";

std::string Tracker() {
  return "! videoconvert ! queue max-size-buffers=1 leaky=downstream ! keypointtrack support-file=" +
         SharedFolder() / "support.yaml" + " model-file=" + SharedFolder() / "net.safetensors" + " ";
}

/// Offers `offered`, and watches it through `watcher` until ten frames came.
void Watch(const std::string &offered, const std::string &watcher) {
  gst_init(nullptr, nullptr);
  static GstPlugin *const plugin = gst_plugin_load_file(KPT_BINARY_DIR "/gst-plugin/libgstkeypoints.so", nullptr);
  ASSERT_NE(plugin, nullptr);
  Server server;
  server.Offer("/camera", offered);
  const std::string client = "rtspsrc location=" + server.Address("/camera") +
                             " protocols=tcp latency=0 ! rtpjpegdepay ! jpegdec " + watcher +
                             "! identity eos-after=10 ! fakesink sync=false";
  GstElement *pipeline = gst_parse_launch(client.c_str(), nullptr);
  GstBus *bus = gst_element_get_bus(pipeline);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstMessage *message = gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND,
                                                   static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  EXPECT_TRUE(message != nullptr && GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) << "ten frames did not come";
  if (message != nullptr) gst_message_unref(message);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(bus);
  gst_object_unref(pipeline);
}

TEST(Rtsp, ACameraComesIn) { Watch(kCamera + kSend, Tracker()); }

TEST(Rtsp, TheTrackedPictureGoesOut) { Watch(kCamera + Tracker() + "! keypointoverlay " + kSend, ""); }

}  // namespace
}  // namespace kpt::cli_testing
