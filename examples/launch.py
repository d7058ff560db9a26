"""Makes a pipeline, and tells what went wrong in it, for people: one line. Shared by the examples."""

import pathlib
import sys

from gi.repository import GLib, Gst

PROGRAM = pathlib.Path(sys.argv[0]).stem


def fail(text):
    sys.exit(f"{PROGRAM}: {text}")


def launch(line):
    """The pipeline of a launch line; ends the program where there is none."""
    try:
        pipeline = Gst.parse_launch(line)
    except GLib.Error as error:
        if error.matches(Gst.ParseError.quark(), Gst.ParseError.NO_SUCH_ELEMENT):
            fail(f"{error.message}; set GST_PLUGIN_PATH=build/gst-plugin, or install what has it.")
        fail(f"the launch line is wrong: {error.message}; try it with gst-launch-1.0.")
    if not isinstance(pipeline, Gst.Pipeline):
        fail(f"the launch line '{line}' is one element; join some by '!'.")
    return pipeline


def fail_with(message):
    """Ends the program with an error message of the bus. What GStreamer's own say of a file is only in the detail."""
    error, detail = message.parse_error()
    last = (detail or "").strip().splitlines()[-1:]
    fail(error.message if not last or error.message in last[0] else f"{error.message} {last[0]}")
