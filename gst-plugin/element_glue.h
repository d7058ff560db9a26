// The callbacks that all our elements share, once: each runs a method of the element's C++ object inside one Guard.
//
// Instance: the GObject struct, whose `impl` points to the C++ object, made in instance init. That has `gate` (an
// ErrorGate), SetProperty, GetProperty, Start, Stop and OnSinkEvent; for InstallTransform also SetCaps and Transform.
#pragma once

#include <gst/base/gstbasetransform.h>

#include "guard.h"

namespace kpt::gst {

template <typename Instance>
struct Glue {
  static auto &ImplOf(gpointer object) { return *reinterpret_cast<Instance *>(object)->impl; }

  /// For class init, after the type's own parent class is known.
  static void Install(gpointer klass) {
    parent_class = g_type_class_peek_parent(klass);
    auto *object_class = G_OBJECT_CLASS(klass);
    object_class->set_property = SetProperty;
    object_class->get_property = GetProperty;
    object_class->finalize = Finalize;
    auto *transform_class = GST_BASE_TRANSFORM_CLASS(klass);
    transform_class->start = Start;
    transform_class->stop = Stop;
    transform_class->sink_event = SinkEvent;
  }

  /// For elements that see buffers themselves, not through GstVideoFilter.
  static void InstallTransform(gpointer klass) {
    auto *transform_class = GST_BASE_TRANSFORM_CLASS(klass);
    transform_class->set_caps = SetCaps;
    transform_class->transform_ip = TransformIp;
  }

  /// The base class's methods, to chain up to.
  static GstBaseTransformClass *Parent() { return GST_BASE_TRANSFORM_CLASS(parent_class); }

  /// Events pass on whatever our own handling came to.
  static gboolean SinkEvent(GstBaseTransform *trans, GstEvent *event) {
    auto &impl = ImplOf(trans);
    if (!impl.gate.closed()) {
      GuardVoid(GST_ELEMENT(trans), impl.gate, "sink_event", [&] { impl.OnSinkEvent(event); });
    }
    return Parent()->sink_event(trans, event);
  }

  static inline gpointer parent_class = nullptr;

 private:
  static void SetProperty(GObject *object, guint id, const GValue *value, GParamSpec *) {
    auto &impl = ImplOf(object);
    GuardVoid(GST_ELEMENT(object), impl.gate, "set_property", [&] { impl.SetProperty(id, value); });
  }

  static void GetProperty(GObject *object, guint id, GValue *value, GParamSpec *) {
    auto &impl = ImplOf(object);
    GuardVoid(GST_ELEMENT(object), impl.gate, "get_property", [&] { impl.GetProperty(id, value); });
  }

  static void Finalize(GObject *object) {
    delete &ImplOf(object);
    G_OBJECT_CLASS(parent_class)->finalize(object);
  }

  static gboolean Start(GstBaseTransform *trans) {
    auto &impl = ImplOf(trans);
    impl.gate.Reopen();  // here and not in Stop: after a start that failed there is no stop
    return Guard(GST_ELEMENT(trans), impl.gate, "start", FALSE, [&] {
      impl.Start();
      return TRUE;
    });
  }

  /// An element that fails to stop has stopped all the same: GStreamer knows no other way out.
  static gboolean Stop(GstBaseTransform *trans) {
    auto &impl = ImplOf(trans);
    GuardVoid(GST_ELEMENT(trans), impl.gate, "stop", [&] { impl.Stop(); });
    return TRUE;
  }

  static gboolean SetCaps(GstBaseTransform *trans, GstCaps *in, GstCaps *) {
    auto &impl = ImplOf(trans);
    return Guard(GST_ELEMENT(trans), impl.gate, "set_caps", FALSE, [&] {
      impl.SetCaps(in);
      return TRUE;
    });
  }

  static GstFlowReturn TransformIp(GstBaseTransform *trans, GstBuffer *buffer) {
    auto &impl = ImplOf(trans);
    if (impl.gate.closed()) return GST_FLOW_ERROR;
    return Guard(GST_ELEMENT(trans), impl.gate, "transform_ip", GST_FLOW_ERROR, [&] {
      impl.Transform(buffer);
      return GST_FLOW_OK;
    });
  }
};

}  // namespace kpt::gst
