#!/usr/bin/env python3
"""Prints every keypoint that passes a pad, without touching the pipeline: a probe looks at each buffer.

    examples/read_with_probe.py LAUNCH-LINE

    examples/read_with_probe.py 'filesrc location=a.mp4 ! decodebin ! videoconvert
        ! keypointtrack support-file=a.yaml ! keypointoverlay ! videoconvert ! autovideosink'

Right beside a pipeline that does something else with the frames. Needs python3-gi and the plugin
(GST_PLUGIN_PATH=build/gst-plugin).
"""

import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

from keypoint_meta import keypoints, line  # noqa: E402
from launch import fail, fail_with, launch  # noqa: E402


def on_buffer(_pad, info):
    buffer = info.get_buffer()
    for found in keypoints(buffer):
        print(line(buffer.pts, *found))
    return Gst.PadProbeReturn.OK


def main(launch_line):
    Gst.init(None)
    pipeline = launch(launch_line)
    trackers = [e for e in pipeline.children if e.get_factory().get_name() == "keypointtrack"]
    if not trackers:
        fail("there is no keypointtrack in the launch line.")
    trackers[-1].get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, on_buffer)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    if message.type == Gst.MessageType.ERROR:
        fail_with(message)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
