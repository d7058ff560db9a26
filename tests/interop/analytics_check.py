#!/usr/bin/env python3
"""Whether others can use the analytics that we write: GStreamer's own overlay, and a Python program.

    GST_PLUGIN_PATH=FOLDER tests/interop/analytics_check.py

FOLDER holds libgstkeypointstamp.so; tests/interop/run builds it and runs this. `objectdetectionoverlay` must draw the
boxes into black frames, and GstAnalytics must give the box, its id and their relation. Exits with 77 (skipped) where
GStreamer has no analytics (before 1.24). Needs python3-gi and gir1.2-gst-plugins-bad-1.0.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstVideo", "1.0")
try:
    gi.require_version("GstAnalytics", "1.0")
except ValueError:
    print("analytics_check: this GStreamer has no analytics")
    sys.exit(77)
from gi.repository import GLib, Gst, GstAnalytics, GstVideo  # noqa: E402

WIDTH, HEIGHT = 320, 240
BOX = (WIDTH // 4, HEIGHT // 4, WIDTH // 4 + 1, HEIGHT // 4 + 1)  # as keypointstamp says it


def last_sample(pipeline_text):
    pipeline = Gst.parse_launch(pipeline_text)
    pipeline.set_state(Gst.State.PLAYING)
    sample = pipeline.get_by_name("out").emit("pull-sample")
    pipeline.set_state(Gst.State.NULL)
    return sample


def boxes(buffer):
    """Yields (class, id, (x, y, width, height), confidence) of each box on a frame."""
    meta = GstAnalytics.buffer_get_analytics_relation_meta(buffer)
    count = GstAnalytics.relation_get_length(meta) if meta else 0
    trackings = [tracking for found, tracking in (meta.get_tracking_mtd(i) for i in range(count)) if found]
    for found, box in (meta.get_od_mtd(i) for i in range(count)):
        if not found:
            continue
        _, x, y, width, height, confidence = box.get_location()
        related = [t for t in trackings if meta.get_relation(box.id, t.id) & GstAnalytics.RelTypes.RELATE_TO]
        identity = related[0].get_info()[1] if related else None
        yield GLib.quark_to_string(box.get_obj_type()), identity, (x, y, width, height), confidence


def drawn_box(sample):
    """The hull of what was drawn in pixels, (left, top, right, bottom); None where the frame is black."""
    info = GstVideo.VideoInfo.new_from_caps(sample.get_caps())
    pixels = sample.get_buffer().extract_dup(0, sample.get_buffer().get_size())
    stride, found = info.stride[0], []
    for y in range(info.height):
        row = pixels[y * stride : y * stride + 4 * info.width]
        found += [(x, y) for x in range(info.width) if max(row[4 * x : 4 * x + 3]) > 64]
    if not found:
        return None
    xs, ys = [x for x, _ in found], [y for _, y in found]
    return min(xs), min(ys), max(xs), max(ys)


def main():
    Gst.init(None)
    source = f"videotestsrc pattern=black num-buffers=1 ! video/x-raw,format=RGBA,width={WIDTH},height={HEIGHT}"
    sample = last_sample(f"{source} ! keypointstamp ! appsink name=out")
    read = list(boxes(sample.get_buffer()))
    print("read from Python:", read)
    if read != [("thing", 7, BOX, 0.75)]:
        sys.exit("analytics_check: the box is not what was written.")

    overlay = "objectdetectionoverlay draw-labels=false"
    drawn = drawn_box(last_sample(f"{source} ! keypointstamp ! {overlay} ! appsink name=out"))
    print("drawn by objectdetectionoverlay:", drawn)
    expected = BOX[0], BOX[1], BOX[0] + BOX[2], BOX[1] + BOX[3]
    if drawn is None or max(abs(a - b) for a, b in zip(drawn, expected)) > 3:
        sys.exit(f"analytics_check: the box is not drawn at {expected}.")


if __name__ == "__main__":
    main()
