// What gst-inspect-1.0 shows: every element and every property says what it is.
#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <set>

#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's

constexpr const char *kElements[] = {"keypointtrack", "keypointoverlay", "keypointexport"};

/// The properties that the element itself has, not its base classes.
std::vector<GParamSpec *> OwnProperties(GstElement *element) {
  guint count = 0;
  GParamSpec **specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &count);
  std::vector<GParamSpec *> own;
  for (guint i = 0; i < count; ++i) {
    if (specs[i]->owner_type == G_OBJECT_TYPE(element)) own.push_back(specs[i]);
  }
  g_free(specs);
  return own;
}

std::set<std::string> NamesOf(const char *factory) {
  ElementUnderTest element(factory, {});
  std::set<std::string> names;
  for (const GParamSpec *spec : OwnProperties(element.get())) names.insert(spec->name);
  return names;
}

TEST(Inspection, ElementsSayWhatTheyAre) {
  const std::map<std::string, std::string> klass = {{"keypointtrack", "Analyzer/Video"},
                                                    {"keypointoverlay", "Analyzer/Visualization/Video"},
                                                    {"keypointexport", "Filter/Analyzer/Video"}};
  for (const char *factory : kElements) {
    ElementUnderTest element(factory, {});
    GstElementClass *element_class = GST_ELEMENT_GET_CLASS(element.get());
    for (const char *key :
         {GST_ELEMENT_METADATA_LONGNAME, GST_ELEMENT_METADATA_DESCRIPTION, GST_ELEMENT_METADATA_AUTHOR}) {
      const gchar *text = gst_element_class_get_metadata(element_class, key);
      ASSERT_NE(text, nullptr) << factory << " " << key;
      EXPECT_GT(std::string(text).size(), 5U);
    }
    EXPECT_EQ(gst_element_class_get_metadata(element_class, GST_ELEMENT_METADATA_KLASS), klass.at(factory));
  }
}

TEST(Inspection, PropertiesHaveASentenceAFlagAndADefaultWithinTheirRange) {
  for (const char *factory : kElements) {
    ElementUnderTest element(factory, {});
    for (GParamSpec *spec : OwnProperties(element.get())) {
      SCOPED_TRACE(std::string(factory) + " " + spec->name);
      const std::string sentence = g_param_spec_get_blurb(spec);
      EXPECT_GT(sentence.size(), 10U);
      EXPECT_TRUE(std::isupper(static_cast<unsigned char>(sentence.front())));
      if ((spec->flags & G_PARAM_WRITABLE) == 0) continue;
      EXPECT_NE(spec->flags & (GST_PARAM_MUTABLE_READY | GST_PARAM_MUTABLE_PLAYING), 0);

      if ((spec->flags & G_PARAM_READABLE) == 0) continue;
      // The default that gst-inspect shows is the value that a new element has.
      GValue value = G_VALUE_INIT;
      g_value_init(&value, spec->value_type);
      g_object_get_property(G_OBJECT(element.get()), spec->name, &value);
      EXPECT_TRUE(g_param_value_defaults(spec, &value));
      EXPECT_FALSE(g_param_value_validate(spec, &value)) << "the default lies outside the range";
      g_value_unset(&value);
    }
  }
}

TEST(Inspection, PropertiesKeepWhatIsSet) {
  const struct {
    const char *factory;
    Properties values;
  } cases[] = {
      {"keypointtrack",
       {{"support-file", "a.yaml"},
        {"support-shots", "3"},
        {"adopt-shots", "2"},
        {"ask-ahead", "2"},
        {"category", "mouse"},
        {"model-file", "m.safetensors"},
        {"config-file", "c.yaml"},
        {"device", "cpu"},
        {"model-instance-id", "shared"},
        {"adaptive", "true"},
        {"initial-boxes", "1,2,3,4"},
        {"inference-region", "1"},
        {"object-class", "person"},
        {"metadata", "1"},
        {"inference-interval", "2"},
        {"confidence-threshold", "0.25"},
        {"max-lost-frames", "7"},
        {"smoothing", "none"},
        {"min-cutoff", "2"},
        {"beta", "0.5"},
        {"instances", "1"}}},
      {"keypointoverlay",
       {{"draw-labels", "false"},
        {"draw-skeleton", "false"},
        {"draw-boxes", "true"},
        {"draw-trails", "true"},
        {"trail-length", "9"},
        {"point-radius", "2.5"},
        {"line-thickness", "1.5"},
        {"confidence-threshold", "0.25"},
        {"color-by", "confidence"},
        {"expire-overlay", "1000"}}},
      {"keypointexport",
       {{"file-path", "x.csv"},
        {"file-format", "csv"},
        {"mqtt-url", "mqtt://host/topic"},
        {"mqtt-topic", "t"},
        {"mqtt-qos", "2"},
        {"mqtt-client-id", "camera"},
        {"mqtt-user", "me"},
        {"mqtt-password-file", "p"},
        {"mqtt-ca-file", "a.pem"},
        {"mqtt-cert-file", "c.pem"},
        {"mqtt-key-file", "k.pem"},
        {"mqtt-buffer-size", "7"},
        {"mqtt-keep-alive", "9"},
        {"mqtt-flush-timeout", "1000"}}},
  };
  for (const auto &one : cases) {
    ElementUnderTest element(one.factory, one.values);
    std::set<std::string> writable;
    for (const GParamSpec *spec : OwnProperties(element.get())) {
      if ((spec->flags & G_PARAM_READWRITE) == G_PARAM_READWRITE) writable.insert(spec->name);
    }
    for (const auto &[name, value] : one.values) {
      GValue held = G_VALUE_INIT;
      g_value_init(&held, g_object_class_find_property(G_OBJECT_GET_CLASS(element.get()), name.c_str())->value_type);
      g_object_get_property(G_OBJECT(element.get()), name.c_str(), &held);
      GValue wanted = G_VALUE_INIT;
      g_value_init(&wanted, G_VALUE_TYPE(&held));
      ASSERT_TRUE(gst_value_deserialize(&wanted, value.c_str()));
      EXPECT_EQ(gst_value_compare(&held, &wanted), GST_VALUE_EQUAL) << one.factory << " " << name;
      g_value_unset(&held);
      g_value_unset(&wanted);
      writable.erase(name);
    }
    EXPECT_TRUE(writable.empty()) << one.factory << ": this test leaves out " << *writable.begin();
  }
}

TEST(Inspection, NamesAreThoseOfTheDocumentation) {
  EXPECT_EQ(NamesOf("keypointtrack"), (std::set<std::string>{"adaptive",
                                                             "support-file",
                                                             "support-shots",
                                                             "adopt-shots",
                                                             "ask-ahead",
                                                             "category",
                                                             "model-file",
                                                             "config-file",
                                                             "device",
                                                             "model-instance-id",
                                                             "initial-boxes",
                                                             "metadata",
                                                             "inference-region",
                                                             "object-class",
                                                             "inference-interval",
                                                             "confidence-threshold",
                                                             "max-lost-frames",
                                                             "smoothing",
                                                             "min-cutoff",
                                                             "beta",
                                                             "instances",
                                                             "state",
                                                             "stats"}));
  EXPECT_EQ(
      NamesOf("keypointexport"),
      (std::set<std::string>{"file-path", "file-format", "mqtt-url", "mqtt-topic", "mqtt-qos", "mqtt-client-id",
                             "mqtt-user", "mqtt-password", "mqtt-password-file", "mqtt-ca-file", "mqtt-cert-file",
                             "mqtt-key-file", "mqtt-buffer-size", "mqtt-keep-alive", "mqtt-flush-timeout", "stats"}));
}

TEST(Inspection, FramesInGpuMemoryComeFirstWhereTheBuildReadsThem) {
  ElementUnderTest element("keypointtrack", {});
  for (const char *name : {"sink", "src"}) {
    GstCaps *caps = gst_pad_template_get_caps(gst_element_get_pad_template(element.get(), name));
#ifdef KPT_WITH_CUDA_FRAMES
    ASSERT_EQ(gst_caps_get_size(caps), 2U);
    EXPECT_TRUE(gst_caps_features_contains(gst_caps_get_features(caps, 0), "memory:CUDAMemory"));
    EXPECT_TRUE(gst_structure_is_equal(gst_caps_get_structure(caps, 0), gst_caps_get_structure(caps, 1)));
#else
    ASSERT_EQ(gst_caps_get_size(caps), 1U);
#endif
    gst_caps_unref(caps);
  }
}

}  // namespace
}  // namespace kpt::gst
