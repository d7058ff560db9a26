// Nothing that throws inside an element leaves it: the process lives, and the bus has exactly one error.
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include "guard.h"
#include "testing/element_fixture.h"

namespace kpt::gst {
namespace {

using namespace testing;  // the fixture's, not googletest's

struct NotAnException {};

struct Thrown {
  const char *name;
  std::function<void()> thrower;
  GQuark domain;
  int code;
};

std::vector<Thrown> AllKinds() {
  const auto ours = [](ErrorCode code) { return [code] { throw Error(code, "told so"); }; };
  return {
      {"missing", ours(ErrorCode::kNotFound), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND},
      {"input", ours(ErrorCode::kInput), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ},
      {"support", ours(ErrorCode::kSupport), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS},
      {"argument", ours(ErrorCode::kInvalidArgument), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS},
      {"model", ours(ErrorCode::kModel), GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT},
      {"device", ours(ErrorCode::kDevice), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED},
      {"memory", ours(ErrorCode::kOutOfMemory), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT},
      {"internal", ours(ErrorCode::kInternal), GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_FAILED},
      {"bad_alloc", [] { throw std::bad_alloc(); }, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT},
      {"runtime_error", [] { throw std::runtime_error("told so"); }, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_FAILED},
      {"not an exception", [] { throw NotAnException{}; }, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_FAILED},
      {"element error", [] { throw ElementError(GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "told so"); },
       GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT},
  };
}

std::string Prefix(const Thrown &thrown) {
  return std::string(g_quark_to_string(thrown.domain)) + "/" + std::to_string(thrown.code) + ": ";
}

/// Makes one callback of every element throw, while it lives.
class FaultIn {
 public:
  FaultIn(const std::string &where, std::function<void()> thrower) {
    SetFaultHookForTesting([where, thrower](GstElement *, const char *here) {
      if (where == here) thrower();
    });
  }
  ~FaultIn() { SetFaultHookForTesting({}); }
};

/// Every way into an element, used once; without checks, since any of them may fail.
void UseEverything(ElementUnderTest *element) {
  GObject *object = G_OBJECT(element->get());
  guint count = 0;
  GParamSpec **specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(object), &count);
  for (guint i = 0; i < count; ++i) {
    if ((specs[i]->flags & G_PARAM_READABLE) == 0) continue;
    GValue value = G_VALUE_INIT;
    g_value_init(&value, specs[i]->value_type);
    g_object_get_property(object, specs[i]->name, &value);
    g_param_value_set_default(specs[i], &value);
    // Texts stay: the files that the element needs are among them.
    const bool is_number = !g_type_is_a(specs[i]->value_type, G_TYPE_STRING) && !G_TYPE_IS_OBJECT(specs[i]->value_type);
    if ((specs[i]->flags & G_PARAM_WRITABLE) != 0 && is_number) g_object_set_property(object, specs[i]->name, &value);
    g_value_unset(&value);
  }
  g_free(specs);
  if (g_signal_lookup("reset", G_OBJECT_TYPE(object)) != 0) {
    g_signal_emit_by_name(object, "reset");
    g_signal_emit_by_name(object, "reinit", 1, nullptr);
    gchar *support_file = nullptr;
    g_object_get(object, "support-file", &support_file, nullptr);
    g_signal_emit_by_name(object, "set-support", support_file);
    g_free(support_file);
  }
  if (gst_element_set_state(element->get(), GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE) return;

  GstHarness *harness = element->Play(VideoCaps("RGB", 64, 48));
  for (int i = 0; i < 3; ++i) {
    FrameOptions options;
    options.pts = static_cast<GstClockTime>(i) * GST_SECOND / 30;
    gst_harness_push(harness, WithTrack(MakeFrame("RGB", 64, 48, options), MakeTrack(64, 48)));
  }
  gst_harness_push_upstream_event(harness, gst_event_new_reconfigure());
  gst_harness_push(harness, MakeFrame("RGB", 64, 48));
  gst_harness_query_latency(harness);
  gst_harness_push_upstream_event(harness, gst_event_new_qos(GST_QOS_TYPE_OVERFLOW, 1, 0, 0));
  GstCaps *caps = gst_caps_from_string(VideoCaps("RGB", 64, 48).c_str());
  GstQuery *query = gst_query_new_allocation(caps, FALSE);
  gst_pad_peer_query(harness->srcpad, query);
  gst_query_unref(query);
  gst_caps_unref(caps);
  gst_harness_push_event(harness, gst_event_new_eos());
  gst_element_set_state(element->get(), GST_STATE_NULL);
}

class ErrorBarrier : public ::testing::Test {
 protected:
  Properties PropertiesOf(const std::string &factory) {
    if (factory == "keypointtrack") return {{"support-file", support_}, {"model-file", "fake.safetensors"}};
    if (factory == "keypointexport") return {{"file-path", folder_.Path("out.jsonl")}};
    return {};
  }

  TemporaryFolder folder_;
  const std::string support_ = WriteSupport(folder_);
  FakeNetwork network_;
};

TEST_F(ErrorBarrier, NothingFailsWithoutAFault) {
  for (const char *factory : {"keypointtrack", "keypointoverlay", "keypointexport"}) {
    ElementUnderTest element(factory, PropertiesOf(factory));
    UseEverything(&element);
    EXPECT_EQ(element.PopError(), "") << factory;
  }
}

TEST_F(ErrorBarrier, HoldsInEveryCallbackForEveryKind) {
  const std::vector<std::pair<const char *, std::vector<const char *>>> callbacks = {
      {"keypointtrack",
       {"set_property", "get_property", "reset", "reinit", "set_support", "start", "set_caps", "sink_event",
        "transform_ip", "query", "src_event", "propose_allocation", "stop"}},
      {"keypointoverlay",
       {"set_property", "get_property", "start", "transform_caps", "sink_event", "submit_input_buffer",
        "transform_frame_ip", "stop"}},
      {"keypointexport", {"set_property", "get_property", "start", "set_caps", "sink_event", "transform_ip", "stop"}},
  };
  for (const auto &[factory, names] : callbacks) {
    for (const char *where : names) {
      for (const Thrown &thrown : AllKinds()) {
        SCOPED_TRACE(std::string(factory) + " " + where + " " + thrown.name);
        ElementUnderTest element(factory, PropertiesOf(factory));
        const FaultIn fault(where, thrown.thrower);
        UseEverything(&element);
        EXPECT_EQ(element.PopError().find(Prefix(thrown)), 0U);
        // A property's error may be followed by that of the run which began after it: the gate opens at the start.
        const bool before_start = where == std::string("set_property") || where == std::string("get_property");
        if (!before_start) {
          EXPECT_EQ(element.PopError(), "") << "a second error";
        }
      }
    }
  }
}

TEST_F(ErrorBarrier, HoldsAgainstAnEstimatorThatThrows) {
  for (const char *method : {"crop_size", "model_name", "SetSupport", "Estimate"}) {
    for (const Thrown &thrown : AllKinds()) {
      if (thrown.domain == GST_STREAM_ERROR) continue;  // the elements' own
      SCOPED_TRACE(std::string(method) + " " + thrown.name);
      network_.behaviour().throw_in = method;
      network_.behaviour().thrower = thrown.thrower;
      ElementUnderTest element("keypointtrack", PropertiesOf("keypointtrack"));
      UseEverything(&element);
      EXPECT_EQ(element.PopError().find(Prefix(thrown)), 0U);
      EXPECT_EQ(element.PopError(), "") << "a second error";
    }
  }
}

TEST_F(ErrorBarrier, AFailedElementRefusesFramesUntilItIsStopped) {
  ElementUnderTest element("keypointtrack", PropertiesOf("keypointtrack"));
  GstHarness *harness = element.Play(VideoCaps("RGB", 64, 48));
  {
    const FaultIn fault("transform_ip", [] { throw std::runtime_error("once"); });
    EXPECT_EQ(gst_harness_push(harness, MakeFrame("RGB", 64, 48)), GST_FLOW_ERROR);
  }
  EXPECT_EQ(gst_harness_push(harness, MakeFrame("RGB", 64, 48)), GST_FLOW_ERROR);
  EXPECT_NE(element.PopError(), "");
  EXPECT_EQ(element.PopError(), "");

  ASSERT_EQ(gst_element_set_state(element.get(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  ASSERT_EQ(gst_element_set_state(element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_SUCCESS);
  EXPECT_EQ(element.PopError(), "");
}

}  // namespace
}  // namespace kpt::gst
