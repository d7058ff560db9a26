"""Reads the metadata that keypointtrack attaches to a buffer, with stock PyGObject. Shared by the examples."""

from gi.repository import Gst


def keypoints(buffer):
    """Yields (category, id, state, [(name, x, y, confidence, visibility), ...]) for each object in a frame."""
    meta = buffer.get_custom_meta("GstKeypointsMeta")
    if meta is None:
        return
    for track in items(meta.get_structure(), "tracks"):
        names = items(track, "names")
        for instance in items(track, "instances"):
            columns = [items(instance, field) for field in ("x", "y", "point-confidence", "visibility")]
            yield (track.get_string("category"), instance.get_int("id")[1], instance.get_string("state"),
                   list(zip(names, *columns)))


def items(structure, field):
    """The values of an array field."""
    array = structure.get_array(field)[1]
    values = [array.get_nth(i) for i in range(array.n_values)]
    # Structures lie in the array, which is gone when this function returns.
    return [value.copy() if isinstance(value, Gst.Structure) else value for value in values]


def line(pts, category, identity, state, points):
    """One object of one frame as a line of text."""
    shown = "  ".join(f"{name} {x:.1f},{y:.1f} {confidence:.2f} {visibility}"
                      for name, x, y, confidence, visibility in points)
    return f"{pts / Gst.SECOND:8.3f} s  {category} {identity} {state}  {shown}"
