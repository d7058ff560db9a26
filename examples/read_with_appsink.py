#!/usr/bin/env python3
"""Prints every keypoint of a video: frames leave the pipeline at an appsink, one after the other.

    examples/read_with_appsink.py VIDEO SUPPORT

Right where a program works on the frames themselves. Needs python3-gi, gir1.2-gst-plugins-base-1.0 and the plugin
(GST_PLUGIN_PATH=build/gst-plugin).
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
from gi.repository import Gst, GstApp  # noqa: E402,F401  (GstApp gives the appsink its methods)

from keypoint_meta import keypoints, line  # noqa: E402
from launch import fail_with, launch  # noqa: E402


def main(video, support):
    Gst.init(None)
    pipeline = launch("filesrc name=in ! decodebin ! videoconvert ! keypointtrack name=tracker "
                      "! appsink name=frames sync=false max-buffers=4")
    pipeline.get_by_name("in").props.location = video
    pipeline.get_by_name("tracker").props.support_file = support
    frames = pipeline.get_by_name("frames")
    pipeline.set_state(Gst.State.PLAYING)
    message = None
    while message is None and not frames.is_eos():
        sample = frames.try_pull_sample(Gst.SECOND // 10)  # never for ever: after an error no frame comes
        if sample:
            buffer = sample.get_buffer()
            for found in keypoints(buffer):
                print(line(buffer.pts, *found))
        message = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    if message:
        fail_with(message)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
