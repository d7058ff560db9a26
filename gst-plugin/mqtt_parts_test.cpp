// What publishing needs besides a network: the settings, checked, and the outbox.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mqtt_outbox.h"
#include "mqtt_settings.h"
#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using ::testing::HasSubstr;

/// The error of an element with these properties, at its start.
std::string ErrorOf(const testing::Properties &properties) {
  testing::ElementUnderTest element("keypointexport", properties);
  EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  return element.PopError();
}

MqttSettings Read(const std::string &url) {
  MqttOptions options;
  options.url = url;
  return CheckMqtt(options);
}

TEST(MqttSettings, AddressesNameHostPortTlsAndTopic) {
  const MqttSettings plain = Read("mqtt://broker.local/lab/camera%201");
  EXPECT_EQ(plain.Broker(), "broker.local:1883");
  EXPECT_EQ(plain.topic, "lab/camera 1");
  EXPECT_EQ(plain.HeaderTopic(), "lab/camera 1/header");
  EXPECT_FALSE(plain.tls);
  const MqttSettings secure = Read("mqtts://[::1]/t");
  EXPECT_EQ(secure.host, "::1");
  EXPECT_EQ(secure.Broker(), "[::1]:8883");
  EXPECT_TRUE(secure.tls);
  EXPECT_EQ(Read("mqtt://h:99//rooted").topic, "/rooted");
  EXPECT_EQ(Read("mqtt://h:99/t").port, 99);
}

TEST(MqttSettings, MistakesAreNamed) {
  const testing::TemporaryFolder folder;
  const std::string url = "mqtt://127.0.0.1:1/t", secure = "mqtts://127.0.0.1:1/t", file = folder.Write("f", "text");
  const struct {
    testing::Properties properties;
    const char *text;
  } cases[] = {
      {{{"mqtt-url", "http://h/t"}}, "mqtt-url is no broker's address"},
      {{{"mqtt-url", "broker"}}, "mqtt-url is no broker's address"},
      {{{"mqtt-url", "mqtt:///t"}}, "mqtt-url is no broker's address"},
      {{{"mqtt-url", "mqtt://h:70000/t"}}, "mqtt-url: the port is no number from 1 to 65535"},
      {{{"mqtt-url", "mqtt://h:0/t"}}, "mqtt-url: the port is no number from 1 to 65535"},
      {{{"mqtt-url", "mqtt://h:x/t"}}, "mqtt-url: the port is no number from 1 to 65535"},
      {{{"mqtt-url", "mqtt://me:hush@h/t"}}, "do not belong into the address"},
      {{{"mqtt-url", "mqtt://h/t?x=1"}}, "nothing may follow the topic"},
      {{{"mqtt-url", "mqtt://h/t#x"}}, "nothing may follow the topic"},
      {{{"mqtt-url", "mqtt://h"}}, "mqtt-topic is not set"},
      {{{"mqtt-url", "mqtt://h/"}}, "mqtt-topic is not set"},
      {{{"mqtt-url", "mqtt://h/all/+"}}, "only subscribers may use"},
      {{{"mqtt-url", "mqtt://h/%ff"}}, "mqtt-url is no broker's address"},
      {{{"mqtt-url", url}, {"mqtt-topic", "t/#"}}, "only subscribers may use"},
      {{{"mqtt-url", url}, {"mqtt-topic", std::string(70'000, 't')}}, "mqtt-topic: is too long"},
      {{{"mqtt-url", url}, {"mqtt-password", "hush"}}, "mqtt-password is set without mqtt-user"},
      {{{"mqtt-url", url}, {"mqtt-user", "me"}, {"mqtt-password-file", "/nowhere"}}, "mqtt-password-file: '/nowhere'"},
      {{{"mqtt-url", url}, {"mqtt-user", "me"}, {"mqtt-password", "hush"}, {"mqtt-password-file", file}},
       "mqtt-password and mqtt-password-file are both set"},
      {{{"mqtt-url", url}, {"mqtt-ca-file", file}}, "write mqtts:// in mqtt-url"},
      {{{"mqtt-url", secure}, {"mqtt-ca-file", "/nowhere"}}, "mqtt-ca-file: '/nowhere' cannot be read"},
      {{{"mqtt-url", secure}, {"mqtt-ca-file", folder.Path("")}}, "cannot be read"},
      {{{"mqtt-url", secure}, {"mqtt-ca-file", file}, {"mqtt-cert-file", file}}, "go together"},
      {{{"mqtt-url", secure}, {"mqtt-cert-file", file}, {"mqtt-key-file", file}}, "mqtt-cert-file needs mqtt-ca-file"},
  };
  for (const auto &one : cases) {
    const std::string error = ErrorOf(one.properties);
    EXPECT_THAT(error, HasSubstr(one.text));
    EXPECT_EQ(error.find("hush"), std::string::npos) << "a password in a message";
  }
}

TEST(MqttSettings, AMistakeDoesNotCostTheFileThatIsThere) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.Write("old.jsonl", "results");
  EXPECT_NE(ErrorOf({{"file-path", path}, {"mqtt-url", "mqtt://h"}}), "");
  EXPECT_EQ(std::filesystem::file_size(path), 7U);
}

TEST(MqttSettings, ThePasswordCannotBeRead) {
  testing::ElementUnderTest element("keypointexport", {{"mqtt-password", "hush"}});
  GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element.get()), "mqtt-password");
  ASSERT_NE(spec, nullptr);
  EXPECT_EQ(spec->flags & G_PARAM_READABLE, 0);
}

#ifndef KPT_WITH_MQTT
TEST(MqttSettings, ABuildWithoutMqttSaysSo) {
  EXPECT_THAT(ErrorOf({{"mqtt-url", "mqtt://127.0.0.1:1/t"}}), HasSubstr("Install libmosquitto-dev"));
}
#endif

// ---- the outbox ----

MqttMessage Frame(int number) { return {MqttMessage::Kind::kFrame, std::to_string(number)}; }
MqttMessage Header(const std::string &text) { return {MqttMessage::Kind::kHeader, text}; }

std::string TakeText(MqttOutbox *outbox) {
  const std::optional<MqttMessage> message = outbox->Take();
  return message ? message->text : "nothing";
}

TEST(MqttOutbox, TheOldestFramesGiveWayAndHeadersStay) {
  MqttOutbox outbox(2);
  outbox.Post(Frame(0));
  outbox.Post(Header("h"));
  for (int i = 1; i < 5; ++i) outbox.Post(Frame(i));
  EXPECT_EQ(outbox.stats().dropped, 3U);
  EXPECT_EQ(outbox.stats().buffered, 2U);
  EXPECT_EQ(TakeText(&outbox), "h");
  EXPECT_EQ(TakeText(&outbox), "3");
  EXPECT_EQ(TakeText(&outbox), "4");
  EXPECT_EQ(TakeText(&outbox), "nothing");
}

TEST(MqttOutbox, WhatDidNotArriveComesAgainBehindTheHeader) {
  MqttOutbox outbox(3);
  outbox.Post(Header("h"));
  for (int i = 0; i < 4; ++i) {
    outbox.Post(Frame(i));
    if (i == 0) {
      outbox.Delivered(*outbox.Take());
      outbox.Delivered(*outbox.Take());
    }
  }
  std::deque<MqttMessage> taken;
  for (int i = 0; i < 2; ++i) taken.push_back(*outbox.Take());
  outbox.Post(Frame(4));
  outbox.PutBack(std::move(taken));  // 1 and 2: with 3 and 4 one too many
  EXPECT_EQ(outbox.stats().published, 1U);
  EXPECT_EQ(outbox.stats().dropped, 1U);
  EXPECT_EQ(TakeText(&outbox), "h");
  EXPECT_EQ(TakeText(&outbox), "2");
  EXPECT_EQ(TakeText(&outbox), "3");
  EXPECT_EQ(TakeText(&outbox), "4");
}

TEST(MqttOutbox, WaitingEndsWithTheLastDeliveryOrWhenItIsClosed) {
  constexpr std::chrono::milliseconds kShort{1};
  MqttOutbox outbox(3);
  EXPECT_TRUE(outbox.WaitUntilDelivered(kShort));
  outbox.Post(Frame(0));
  EXPECT_FALSE(outbox.WaitUntilDelivered(kShort));
  const MqttMessage message = *outbox.Take();
  EXPECT_FALSE(outbox.WaitUntilDelivered(kShort));
  outbox.Delivered(message);
  EXPECT_TRUE(outbox.WaitUntilDelivered(kShort));
  outbox.Post(Frame(1));
  outbox.Close();
  EXPECT_FALSE(outbox.WaitUntilDelivered(std::chrono::hours(1)));
  outbox.Post(Frame(2));
  EXPECT_EQ(outbox.stats().published, 1U);
  EXPECT_EQ(outbox.stats().dropped, 2U);
  EXPECT_EQ(outbox.stats().buffered, 0U);
}

}  // namespace
}  // namespace kpt::gst
