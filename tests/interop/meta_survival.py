#!/usr/bin/env python3
"""What becomes of keypoint metadata in other elements, as a Markdown table.

    GST_PLUGIN_PATH=FOLDER tests/interop/meta_survival.py [--check]

FOLDER holds libgstkeypointstamp.so; tests/interop/run builds it and runs this. Each element gets frames with known
keypoints; the table says whether the metadata arrives, and whether its coordinates are right: where the picture's
content is now. --check exits with 1 where our own does not do what docs/elements/metadata.md promises. Needs python3-gi.
Without a display GStreamer's OpenGL elements want GST_GL_PLATFORM=egl GST_GL_WINDOW=surfaceless.
"""

import argparse
import os
import sys
import tempfile

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstVideo", "1.0")
from gi.repository import Gst, GstVideo  # noqa: E402

try:
    gi.require_version("GstAnalytics", "1.0")
    from gi.repository import GstAnalytics
except ValueError:
    GstAnalytics = None  # GStreamer before 1.24

WIDTH, HEIGHT = 320, 240
STAMPED = (WIDTH / 4, HEIGHT / 4)  # keypoint a, and the top left corner of the box

RIGHT, WRONG, DROPPED = "right", "wrong", "dropped"


class Row:
    """An element, where it moves a point of the picture, and what our own metadata is promised to say after it."""

    def __init__(self, element, moved=lambda x, y: (x, y), promised=RIGHT, caps=None, needs=None):
        self.element, self.moved, self.promised = element, moved, promised
        self.caps = caps or "video/x-raw"
        self.factory = needs or element.split()[0]


ROWS = [
    Row("videoconvert", caps="video/x-raw,format=BGRA"),
    Row("videoscale", lambda x, y: (x / 2, y / 2), caps=f"video/x-raw,width={WIDTH // 2},height={HEIGHT // 2}"),
    Row("videocrop left=32 top=16", lambda x, y: (x - 32, y - 16), promised=WRONG),
    Row("videoflip video-direction=horiz", lambda x, y: (WIDTH - 1 - x, y), promised=WRONG),
    Row("videorate", caps="video/x-raw,framerate=60/1"),
    Row("queue"),
    Row("tee name=t t. ! queue ! fakesink async=false t. ! queue"),
    Row("identity drop-allocation=true"),
    Row("glupload ! gldownload"),
    Row("glupload ! glcolorconvert ! gldownload", caps="video/x-raw,format=RGBA", needs="glcolorconvert"),
    Row("unixfdsink ... unixfdsrc", needs="unixfdsink"),
]


def pipelines_of(row, folder):
    """The pipelines for a row; the last holds the appsink `out`."""
    source = (
        f"videotestsrc num-buffers=4 ! video/x-raw,format=I420,width={WIDTH},height={HEIGHT},framerate=30/1"
        " ! keypointstamp"
    )
    sink = "appsink name=out sync=false"
    if row.factory != "unixfdsink":
        return [f"{source} ! {row.element} ! {row.caps} ! {sink}"]
    socket = os.path.join(folder, "socket")
    return [f"{source} ! unixfdsink socket-path={socket} sync=false", f"unixfdsrc socket-path={socket} ! {sink}"]


def first_frame(row):
    """The first sample that comes out, or the reason why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            pipelines = [Gst.parse_launch(text) for text in pipelines_of(row, folder)]
        except gi.repository.GLib.Error as error:
            return None, error.message
        try:
            for pipeline in pipelines:
                pipeline.set_state(Gst.State.PLAYING)
            sample = pipelines[-1].get_by_name("out").emit("try-pull-sample", 10 * Gst.SECOND)
            if sample is not None:
                return sample, None
            message = pipelines[-1].get_bus().pop_filtered(Gst.MessageType.ERROR)
            return None, message.parse_error()[0].message if message else "no frame came out"
        finally:
            for pipeline in pipelines:
                pipeline.set_state(Gst.State.NULL)


def own_point(buffer, width, height):
    """Keypoint a from our own metadata, scaled by its reference size as readers do; None where there is none."""
    meta = buffer.get_custom_meta("GstKeypointsMeta")
    if meta is None:
        return None
    track = items(meta.get_structure(), "tracks")[0]
    instance = items(track, "instances")[0]
    x, y = items(instance, "x")[0], items(instance, "y")[0]
    scale_x, scale_y = width / track.get_int("width")[1], height / track.get_int("height")[1]
    return (x + 0.5) * scale_x - 0.5, (y + 0.5) * scale_y - 0.5


def items(structure, field):
    array = structure.get_array(field)[1]
    values = [array.get_nth(i) for i in range(array.n_values)]
    return [value.copy() if isinstance(value, Gst.Structure) else value for value in values]


def analytics_box(buffer):
    """The first box of GStreamer's analytics and its id, as (x, y, width, height, id); None where there is none."""
    meta = GstAnalytics.buffer_get_analytics_relation_meta(buffer)
    if meta is None:
        return None
    box, number = None, None
    for index in range(GstAnalytics.relation_get_length(meta)):
        found, mtd = meta.get_od_mtd(index)
        if found:
            box = box or mtd.get_location()[1:5]
        found, mtd = meta.get_tracking_mtd(index)
        if found:
            number = mtd.get_info()[1]
    return box and (*box, number)


def verdict(point, expected, tolerance):
    if point is None:
        return DROPPED
    return RIGHT if max(abs(point[0] - expected[0]), abs(point[1] - expected[1])) <= tolerance else WRONG


def row_of_table(row):
    """The verdicts on our own and on GStreamer's metadata; None and why where the element cannot be tried."""
    if Gst.ElementFactory.find(row.factory) is None:
        return None, "not here"
    sample, reason = first_frame(row)
    if sample is None:
        return None, f"cannot run here: {reason}"
    info = GstVideo.VideoInfo.new_from_caps(sample.get_caps())
    own = verdict(own_point(sample.get_buffer(), info.width, info.height), row.moved(*STAMPED), 1)
    if GstAnalytics is None:
        return own, "no such library"
    box = analytics_box(sample.get_buffer())
    if box is None:
        return own, DROPPED
    corners = [row.moved(*STAMPED), row.moved(2 * STAMPED[0], 2 * STAMPED[1])]
    expected = min(c[0] for c in corners), min(c[1] for c in corners)
    return own, verdict(box, expected, 2) + ("" if box[4] == 7 else ", without its id")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="exit with 1 where the documentation is wrong")
    arguments = parser.parse_args()
    Gst.init(None)
    if Gst.ElementFactory.find("keypointstamp") is None:
        sys.exit("meta_survival: there is no element keypointstamp; set GST_PLUGIN_PATH to its folder.")
    failed = []
    print(f"| {Gst.version_string()} | our own metadata | GStreamer's analytics |\n|---|---|---|")
    for row in ROWS:
        own, analytics = row_of_table(row)
        print(f"| `{row.element}` | {own or '-'} | {analytics} |", flush=True)
        if own not in (None, row.promised):
            failed.append(f"{row.element}: {own}, promised: {row.promised}")
    if arguments.check and failed:
        sys.exit("meta_survival: " + "; ".join(failed))


if __name__ == "__main__":
    main()
