// keypointexport and a real broker on loopback: what arrives, and what becomes of frames while the broker is away,
// full, or does not want us. Skips where mosquitto is not installed.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "mqtt_settings.h"
#include "testing/element_fixture.h"
#include "testing/mqtt_broker.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> LinesOf(const std::string &path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

struct Stats {
  std::uint64_t frames, published, dropped, buffered, outages;
  bool connected;
};

Stats StatsOf(const ElementUnderTest &element) {
  GstStructure *structure = nullptr;
  g_object_get(element.get(), "stats", &structure, nullptr);
  Stats stats{};
  gboolean connected = FALSE;
  EXPECT_TRUE(gst_structure_get(structure, "frames", G_TYPE_UINT64, &stats.frames, "mqtt-published", G_TYPE_UINT64,
                                &stats.published, "mqtt-dropped", G_TYPE_UINT64, &stats.dropped, "mqtt-buffered",
                                G_TYPE_UINT64, &stats.buffered, "mqtt-outages", G_TYPE_UINT64, &stats.outages,
                                "mqtt-connected", G_TYPE_BOOLEAN, &connected, nullptr));
  gst_structure_free(structure);
  stats.connected = connected != FALSE;
  return stats;
}

/// What `pop` gives next, waited for.
std::string Next(ElementUnderTest *element, std::string (ElementUnderTest::*pop)()) {
  std::string text;
  WaitUntil([&] { return !(text = (element->*pop)()).empty(); });
  return text;
}
std::string NextError(ElementUnderTest *element) { return Next(element, &ElementUnderTest::PopError); }
std::string NextWarning(ElementUnderTest *element) { return Next(element, &ElementUnderTest::PopWarning); }

std::string Code(int code) { return "gst-resource-error-quark/" + std::to_string(code) + ": "; }

class KeypointExportMqtt : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!MqttBroker::IsInstalled()) GTEST_SKIP() << "mosquitto is not installed";
  }

  Properties To(const std::string &url, Properties more = {}) const {
    more.insert(more.begin(), {{"mqtt-url", url}, {"file-path", path_}});
    return more;
  }

  static void Push(GstHarness *harness, int index, const std::vector<Track> &tracks = {MakeTrack(64, 48)}) {
    FrameOptions options;
    options.pts = static_cast<GstClockTime>(index) * GST_SECOND / 25;
    GstBuffer *frame = MakeFrame("GRAY8", 64, 48, options);
    for (const Track &track : tracks) WithTrack(frame, track);
    EXPECT_EQ(gst_harness_push(harness, frame), GST_FLOW_OK);
  }

  static void PushTo(GstHarness *harness, int begin, int end) {
    for (int i = begin; i < end; ++i) Push(harness, i);
  }

  /// Plays three frames to their end.
  static void PlayThree(ElementUnderTest *element) {
    GstHarness *harness = element->Play(VideoCaps("GRAY8", 64, 48, "framerate=25/1"));
    PushTo(harness, 0, 3);
    gst_harness_push_event(harness, gst_event_new_eos());
  }

  /// The error of an element with these properties, which the broker does not let in.
  std::string Refusal(const Properties &properties) {
    ElementUnderTest element("keypointexport", properties);
    element.Play(VideoCaps("GRAY8", 64, 48));
    return NextError(&element);
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_.Path("out.jsonl");
};

TEST_F(KeypointExportMqtt, TheMessagesAreTheLinesOfTheFile) {
  MqttBroker broker;
  broker.Start();
  const MqttListener listener(broker, "#", "listener");
  for (const char *qos : {"0", "1", "2"}) {
    const std::string topic = std::string("lab/") + qos;
    ElementUnderTest element("keypointexport", To(broker.Url(topic), {{"mqtt-qos", qos}}));
    PlayThree(&element);
    const Stats stats = StatsOf(element);
    EXPECT_EQ(stats.frames, 3U);
    EXPECT_EQ(stats.published, 3U) << "the end of the stream waits for that";
    EXPECT_EQ(stats.dropped + stats.buffered + stats.outages, 0U);
    EXPECT_TRUE(stats.connected);
    const std::vector<std::string> lines = LinesOf(path_);
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_THAT(listener.WaitFor(topic, 3), ElementsAre(lines[1], lines[2], lines[3]));
    EXPECT_THAT(listener.WaitFor(topic + "/header", 1), ElementsAre(lines[0]));
    EXPECT_EQ(element.PopWarning(), "");
  }

  // Who comes later gets the header, and no frame.
  const MqttListener late(broker, "lab/1/#", "late");
  EXPECT_THAT(late.WaitFor("lab/1/header", 1), ElementsAre(LinesOf(path_)[0]));
  EXPECT_TRUE(late.messages().front().retained);
  EXPECT_EQ(late.messages().size(), 1U);
}

TEST_F(KeypointExportMqtt, NoFileIsNeededAndATopicOfItsOwnWins) {
  MqttBroker broker;
  broker.Start();
  const MqttListener listener(broker, "#", "listener");
  ElementUnderTest element("keypointexport", {{"mqtt-url", broker.Url("unused")}, {"mqtt-topic", "own"}});
  PlayThree(&element);
  EXPECT_EQ(listener.WaitFor("own", 3).size(), 3U);
}

TEST_F(KeypointExportMqtt, TheRetainedHeaderHasALineForEachTracker) {
  MqttBroker broker;
  broker.Start();
  for (const char *second : {"mouse", "fly"}) {  // of another category, and of the same
    const std::string topic = std::string("fly-and-") + second;
    ElementUnderTest element("keypointexport", To(broker.Url(topic)));
    GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48));
    Push(harness, 0, {MakeTrack(64, 48, "fly"), MakeTrack(64, 48, second)});
    gst_harness_push_event(harness, gst_event_new_eos());
    const MqttListener late(broker, topic + "/header", "late-" + topic);
    const std::vector<std::string> lines = LinesOf(path_);
    EXPECT_THAT(late.WaitFor(topic + "/header", 1), ElementsAre(lines[0] + "\n" + lines[1]));
  }
}

TEST_F(KeypointExportMqtt, ABrokerThatComesBackGetsWhatWaited) {
  MqttBroker broker;
  broker.Start();
  const MqttListener listener(broker, "cam/#", "listener");
  ASSERT_TRUE(WaitUntil([&] { return broker.Remembers("listener"); }));  // so that it misses nothing
  ElementUnderTest element("keypointexport", To(broker.Url("cam"), {{"mqtt-buffer-size", "10"}}));
  GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48, "framerate=25/1"));
  PushTo(harness, 0, 5);
  ASSERT_EQ(listener.WaitFor("cam", 5).size(), 5U);
  ASSERT_TRUE(WaitUntil([&] { return StatsOf(element).published == 5; }));

  broker.Kill();
  EXPECT_THAT(NextWarning(&element), HasSubstr("10 frames wait"));
  PushTo(harness, 5, 35);  // without waiting for anybody
  const Stats away = StatsOf(element);
  EXPECT_FALSE(away.connected);
  EXPECT_EQ(away.buffered, 10U);
  EXPECT_EQ(away.dropped, 20U);

  broker.Start();
  ASSERT_TRUE(WaitUntil([&] { return StatsOf(element).connected; }));
  PushTo(harness, 35, 38);
  gst_harness_push_event(harness, gst_event_new_eos());
  const Stats end = StatsOf(element);
  EXPECT_EQ(end.published, 18U);
  EXPECT_EQ(end.dropped, 20U);
  EXPECT_EQ(end.outages, 1U);
  EXPECT_EQ(element.PopWarning(), "") << "one an outage";

  // The first five, and the newest ten of those that came while nobody was there.
  const std::vector<std::string> lines = LinesOf(path_);
  const std::vector<std::string> came = listener.WaitFor("cam", 18);
  ASSERT_EQ(came.size(), 18U);
  for (std::size_t i = 0; i < came.size(); ++i) EXPECT_EQ(came[i], lines[1 + (i < 5 ? i : i + 20)]) << i;
}

TEST_F(KeypointExportMqtt, WithoutABrokerTheBufferIsBoundedAndNothingHangs) {
  const MqttBroker never_started;
  ElementUnderTest element(
      "keypointexport", To(never_started.Url("cam"), {{"mqtt-buffer-size", "10"}, {"mqtt-flush-timeout", "50000000"}}));
  GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48));
  const std::string warning = NextWarning(&element);
  EXPECT_THAT(warning, HasSubstr(Code(GST_RESOURCE_ERROR_WRITE) + "mqtt-url: the broker at 127.0.0.1:"));
  EXPECT_THAT(warning, HasSubstr("cannot be reached: Connection refused."));
  PushTo(harness, 0, 50);
  EXPECT_EQ(StatsOf(element).buffered, 10U);
  EXPECT_EQ(StatsOf(element).dropped, 40U);
  gst_harness_push_event(harness, gst_event_new_eos());
  EXPECT_THAT(NextWarning(&element), HasSubstr("10 frames are not delivered"));
  EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  EXPECT_EQ(element.PopWarning(), "") << "the stop does not wait again";
  EXPECT_EQ(StatsOf(element).dropped, 50U) << "what is left when the element stops is lost";
  EXPECT_EQ(LinesOf(path_).size(), 51U) << "the file lacks nothing";
}

TEST_F(KeypointExportMqtt, ABrokerThatFreezesHoldsNobodyUp) {
  MqttBroker broker;
  broker.Start();
  ElementUnderTest element("keypointexport",
                           To(broker.Url("cam"), {{"mqtt-buffer-size", "100"}, {"mqtt-flush-timeout", "50000000"}}));
  GstHarness *harness = element.Play(VideoCaps("GRAY8", 64, 48));
  ASSERT_TRUE(WaitUntil([&] { return StatsOf(element).connected; }));
  broker.Freeze();
  PushTo(harness, 0, 500);
  const Stats frozen = StatsOf(element);
  EXPECT_EQ(frozen.published, 0U);
  EXPECT_LE(frozen.buffered, 120U);
  EXPECT_EQ(frozen.buffered + frozen.dropped, 500U);
  gst_harness_push_event(harness, gst_event_new_eos());
  EXPECT_THAT(NextWarning(&element), HasSubstr("are not delivered"));
  EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
}

/// A port that answers no wish to connect: the few that may wait to be accepted are there already.
class DeafPort {
 public:
  DeafPort() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    sockets_.push_back(socket(AF_INET, SOCK_STREAM, 0));
    bind(sockets_[0], reinterpret_cast<sockaddr *>(&address), size);
    getsockname(sockets_[0], reinterpret_cast<sockaddr *>(&address), &size);
    listen(sockets_[0], 0);
    for (int i = 0; i < 4; ++i) {
      sockets_.push_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
      connect(sockets_.back(), reinterpret_cast<sockaddr *>(&address), size);
    }
    port = ntohs(address.sin_port);
  }
  ~DeafPort() {
    for (const int one : sockets_) close(one);
  }
  int port = 0;

 private:
  std::vector<int> sockets_;
};

TEST_F(KeypointExportMqtt, AStopDoesNotWaitForAHostThatDoesNotAnswer) {
  const DeafPort deaf;
  const gint64 began = g_get_monotonic_time();
  ElementUnderTest element("keypointexport", To("mqtt://127.0.0.1:" + std::to_string(deaf.port) + "/cam",
                                                {{"mqtt-flush-timeout", "50000000"}}));
  PlayThree(&element);
  EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  EXPECT_EQ(StatsOf(element).outages, 0U) << "the attempt still hangs: else this is no test";
  EXPECT_EQ(StatsOf(element).dropped, 3U);
  EXPECT_LT(g_get_monotonic_time() - began, 20 * G_USEC_PER_SEC);
}

// ---- who is let in ----

void Shell(const std::string &command) { ASSERT_EQ(std::system((command + " >/dev/null 2>&1").c_str()), 0) << command; }

TEST_F(KeypointExportMqtt, UserAndPasswordOpenTheDoor) {
  MqttBroker broker;
  Shell("mosquitto_passwd -c -b " + broker.Path("users") + " camera secret");
  broker.Configure("password_file " + broker.Path("users"));
  broker.Start();

  const std::string refused = Refusal(To(broker.Url("cam"), {{"mqtt-user", "camera"}, {"mqtt-password", "guessed"}}));
  EXPECT_THAT(refused, HasSubstr(Code(GST_RESOURCE_ERROR_NOT_AUTHORIZED) + "mqtt-url: the broker at"));
  EXPECT_THAT(refused, HasSubstr("check mqtt-user and the password"));
  EXPECT_EQ(refused.find("guessed"), std::string::npos) << "a password in a message";
  EXPECT_THAT(Refusal(To(broker.Url("cam"))), HasSubstr(Code(GST_RESOURCE_ERROR_NOT_AUTHORIZED)));

  const std::string file = folder_.Write("password", "secret\nnot this\n");
  for (const Properties &way : {Properties{{"mqtt-password", "secret"}}, {{"mqtt-password-file", file}}, {}}) {
    if (way.empty()) setenv(kMqttPasswordVariable, "secret", 1);
    Properties properties = To(broker.Url("cam"), way);
    properties.emplace_back("mqtt-user", "camera");
    ElementUnderTest element("keypointexport", properties);
    PlayThree(&element);
    EXPECT_EQ(element.PopError(), "");
    EXPECT_EQ(StatsOf(element).published, 3U);
  }
  unsetenv(kMqttPasswordVariable);
}

TEST_F(KeypointExportMqtt, ABrokerThatForbidsLaterIsTriedAgain) {
  MqttBroker broker;
  broker.Start();
  ElementUnderTest element("keypointexport", To(broker.Url("cam"), {{"mqtt-flush-timeout", "0"}}));
  element.Play(VideoCaps("GRAY8", 64, 48));
  ASSERT_TRUE(WaitUntil([&] { return StatsOf(element).connected; }));
  broker.Kill();
  Shell("mosquitto_passwd -c -b " + broker.Path("users") + " other secret");
  broker.Configure("password_file " + broker.Path("users"));
  broker.Start();
  EXPECT_THAT(NextWarning(&element), HasSubstr("the broker at"));
  EXPECT_EQ(element.PopError(), "");
}

/// Keys and certificates in the broker's folder: an authority, a broker and a client that it signed, and a stranger.
void MakeCertificates(const MqttBroker &broker) {
  const std::string enter = "cd " + broker.Path("") + " && ";
  const std::string key = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes ";
  for (const char *name : {"ca", "stranger"}) {
    Shell(enter + "openssl req -x509 -days 2 -subj /CN=" + name + key + "-keyout " + name + ".key -out " + name +
          ".crt");
  }
  std::ofstream(broker.Path("names")) << "subjectAltName=IP:127.0.0.1\n";
  for (const std::string name : {"broker", "client"}) {
    Shell(enter + "openssl req -subj /CN=" + name + key + "-keyout " + name + ".key -out " + name + ".csr");
    Shell(enter + "openssl x509 -req -days 2 -CA ca.crt -CAkey ca.key -CAcreateserial -extfile names -in " + name +
          ".csr -out " + name + ".crt");
  }
}

TEST_F(KeypointExportMqtt, TlsNeedsCertificatesThatBothSidesTrust) {
  if (std::system("openssl version >/dev/null 2>&1") != 0) GTEST_SKIP() << "openssl is not installed";
  MqttBroker broker;
  MakeCertificates(broker);
  for (const char *line : {"cafile ca.crt", "certfile broker.crt", "keyfile broker.key"}) {
    const std::string text = line;
    broker.Configure(text.substr(0, text.find(' ') + 1) + broker.Path(text.substr(text.find(' ') + 1)));
  }
  broker.Start();
  const std::string url = broker.Url("cam", "mqtts"), ca = broker.Path("ca.crt");
  const MqttListener listener(broker, "cam", "listener", {"", "", ca});
  {
    ElementUnderTest element("keypointexport", To(url, {{"mqtt-ca-file", ca}}));
    PlayThree(&element);
    EXPECT_EQ(element.PopError(), "");
    EXPECT_EQ(listener.WaitFor("cam", 3).size(), 3U);
  }
  for (const Properties &stranger : {Properties{{"mqtt-ca-file", broker.Path("stranger.crt")}}, {}}) {
    const std::string error = Refusal(To(url, stranger));
    EXPECT_THAT(error, HasSubstr(Code(GST_RESOURCE_ERROR_OPEN_WRITE)));
    EXPECT_THAT(error, HasSubstr("cannot be reached by TLS: certificate verify failed"));
  }
  EXPECT_THAT(Refusal(To(url, {{"mqtt-ca-file", folder_.Write("no.crt", "no certificate")}})),
              HasSubstr("Unable to load CA certificates"));

  ElementUnderTest plain("keypointexport", To(broker.Url("cam"), {{"mqtt-flush-timeout", "0"}}));
  plain.Play(VideoCaps("GRAY8", 64, 48));
  EXPECT_THAT(NextWarning(&plain), HasSubstr("with TLS for mqtts://"));
}

TEST_F(KeypointExportMqtt, ABrokerCanWantTheClientsCertificate) {
  if (std::system("openssl version >/dev/null 2>&1") != 0) GTEST_SKIP() << "openssl is not installed";
  MqttBroker broker;
  MakeCertificates(broker);
  broker.Configure("cafile " + broker.Path("ca.crt"));
  broker.Configure("certfile " + broker.Path("broker.crt"));
  broker.Configure("keyfile " + broker.Path("broker.key"));
  broker.Configure("require_certificate true");
  broker.Start();
  const Properties ca = {{"mqtt-ca-file", broker.Path("ca.crt")}};
  const std::string url = broker.Url("cam", "mqtts");
  {
    ElementUnderTest element("keypointexport", To(url, ca));
    element.Play(VideoCaps("GRAY8", 64, 48));
    // A warning where the broker hung up before its alert was read.
    EXPECT_THAT(Next(&element, &ElementUnderTest::PopProblem),
                AnyOf(HasSubstr("certificate required"), HasSubstr("want a certificate from this client")));
  }

  Properties with_key = ca;
  with_key.emplace_back("mqtt-cert-file", broker.Path("client.crt"));
  with_key.emplace_back("mqtt-key-file", broker.Path("client.key"));
  ElementUnderTest element("keypointexport", To(url, with_key));
  PlayThree(&element);
  EXPECT_EQ(StatsOf(element).published, 3U);

  // A key that needs a pass phrase is an error, and nobody is asked for it on the terminal.
  Shell("openssl ec -aes256 -passout pass:phrase -in " + broker.Path("client.key") + " -out " + broker.Path("locked"));
  with_key.back().second = broker.Path("locked");
  EXPECT_THAT(Refusal(To(url, with_key)), HasSubstr("Unable to load client key file"));
}

}  // namespace
}  // namespace kpt::gst
