#!/usr/bin/env python3
"""Seeds keypointtrack with the boxes of OpenCV's HOG people detector, in one pipeline.

    examples/people_detector.py VIDEO SUPPORT OUTPUT.mp4 [--every 5] [--instances 4]

Every Nth frame the detector attaches a region of interest of the class `person` for each box; keypointtrack starts
from them and follows on its own what it has found. Needs python3-gi, gir1.2-gst-plugins-base-1.0, python3-opencv and
the plugin (GST_PLUGIN_PATH=build/gst-plugin).
"""

import argparse

import gi
import numpy

gi.require_version("Gst", "1.0")
gi.require_version("GstVideo", "1.0")
from gi.repository import Gst, GstVideo  # noqa: E402

Gst.init(None)
import cv2  # noqa: E402  (after GStreamer is loaded: docs/troubleshooting.md says why)

from launch import fail_with, launch  # noqa: E402

# A pad probe cannot attach metadata from Python: it holds a second reference to the buffer, which is then not
# writable. So the frames leave the pipeline at an appsink and come back, as shallow copies, at an appsrc. Neither sink
# may wait for a first frame (async=false): the second gets one only when the first is playing.
SHALLOW = Gst.BufferCopyFlags.TIMESTAMPS | Gst.BufferCopyFlags.META | Gst.BufferCopyFlags.MEMORY
PIPELINE = """
    filesrc name=in ! decodebin ! videoconvert ! video/x-raw,format=RGB
      ! appsink name=frames sync=false async=false max-buffers=4
    appsrc name=seeded format=time block=true max-buffers=4
      ! keypointtrack name=tracker inference-region=roi-list object-class=person
      ! keypointoverlay name=overlay draw-boxes=true ! videoconvert ! x264enc ! mp4mux ! filesink name=out async=false
"""


class PeopleDetector:
    """Takes frames from an appsink and gives them, with regions of interest, to an appsrc."""

    def __init__(self, sink, source, every):
        self.hog = cv2.HOGDescriptor()
        self.hog.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())
        self.source, self.every = source, every
        self.frames = self.boxes = 0
        sink.props.emit_signals = True
        sink.connect("new-sample", self.on_frame)
        sink.connect("eos", lambda _sink: source.emit("end-of-stream"))

    def on_frame(self, sink):
        sample = sink.emit("pull-sample")
        buffer = sample.get_buffer().copy_region(SHALLOW, 0, sample.get_buffer().get_size())
        if self.frames == 0:
            self.source.props.caps = sample.get_caps()
        if self.frames % self.every == 0:
            for box in self.detect(buffer, GstVideo.VideoInfo.new_from_caps(sample.get_caps())):
                GstVideo.buffer_add_video_region_of_interest_meta(buffer, "person", *box)
                self.boxes += 1
        self.frames += 1
        return self.source.emit("push-buffer", buffer)

    def detect(self, buffer, info):
        """The boxes in this frame, cut at its edges."""
        width, height, stride = info.width, info.height, info.stride[0]
        pixels = numpy.frombuffer(buffer.extract_dup(0, stride * height), numpy.uint8).reshape(height, stride)
        grey = cv2.cvtColor(pixels[:, : width * 3].reshape(height, width, 3), cv2.COLOR_RGB2GRAY)
        boxes, weights = self.hog.detectMultiScale(grey, winStride=(8, 8), padding=(16, 16), scale=1.05)
        for (x, y, w, h), weight in zip(boxes, numpy.ravel(weights)):
            left, top = max(int(x), 0), max(int(y), 0)
            right, bottom = min(int(x + w), width), min(int(y + h), height)
            if weight > 0.5 and right > left and bottom > top:
                yield left, top, right - left, bottom - top


def count_frames(_pad, info, frames_of):
    """A pad probe: in how many frames each instance was tracked."""
    meta = info.get_buffer().get_custom_meta("GstKeypointsMeta")
    tracks = meta.get_structure().get_array("tracks")[1]
    instances = tracks.get_nth(0).get_array("instances")[1]
    for i in range(instances.n_values):
        instance = instances.get_nth(i)
        if instance.get_string("state") == "tracked":
            number = instance.get_int("id")[1]
            frames_of[number] = frames_of.get(number, 0) + 1
    return Gst.PadProbeReturn.OK


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video")
    parser.add_argument("support", help="annotated shots of people")
    parser.add_argument("output", help="the video with points drawn, .mp4")
    parser.add_argument("--every", type=int, default=5, help="detect people in every Nth frame (5)")
    parser.add_argument("--instances", type=int, default=4, help="people to follow at most (4)")
    arguments = parser.parse_args()

    pipeline = launch(PIPELINE)
    pipeline.get_by_name("in").props.location = arguments.video
    pipeline.get_by_name("out").props.location = arguments.output
    pipeline.get_by_name("tracker").props.support_file = arguments.support
    pipeline.get_by_name("tracker").props.instances = arguments.instances
    detector = PeopleDetector(pipeline.get_by_name("frames"), pipeline.get_by_name("seeded"), arguments.every)
    frames_of = {}
    pipeline.get_by_name("overlay").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, count_frames, frames_of)

    # The end of the stream reaches the bus when both sinks have seen it.
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    if message.type == Gst.MessageType.ERROR:
        fail_with(message)
    tracked = ", ".join(f"person {number} in {count}" for number, count in sorted(frames_of.items())) or "nobody"
    print(f"{detector.frames} frames, {detector.boxes} boxes of the detector; tracked: {tracked}")


if __name__ == "__main__":
    main()
