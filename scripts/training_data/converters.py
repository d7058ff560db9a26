"""Turns what people label key points with into a list of instances; CONVERTERS names the functions.

Each takes a Repository and the `options` of its row in sources.py and returns the names of the points and the
instances. Must not know what becomes of them. Called by fetch-training-data.
"""
import csv
import io
import json

import cv2
import numpy as np

COVERED, VISIBLE = 1, 2


class Instance:
    """One labelled object: where its picture is, its points (n x 3: x, y, visibility) and perhaps its box."""

    def __init__(self, path, points, box=None, group="", from_below=False, relative=False):
        self.path, self.points, self.box, self.group = path, np.asarray(points, float), box, group
        self.from_below = from_below    # y counts from the lower edge
        self.relative = relative        # points and box are parts of the picture's width and height

    def labelled(self):
        return int((self.points[:, 2] > 0).sum())


def deeplabcut(repository, options):
    """Projects of DeepLabCut: CollectedData_*.csv beside the pictures that it names by the end of their path."""
    names, instances = None, []
    for table in repository.match(options["folders"] + "/CollectedData*.csv"):
        own_names, rows = read_deeplabcut(repository.read(table).decode("utf-8", "replace"), options.get("individual"))
        names = names or options.get("points") or own_names
        folder = table.rsplit("/", 1)[0]
        for file_name, points in rows:
            instances.append(Instance(f"{folder}/{file_name}", [points.get(n, (0, 0, 0)) for n in names],
                                      group=folder))
    return names, instances


def read_deeplabcut(text, individual):
    """Point names and rows (file name, {name: (x, y, visibility)}) of one animal, of the only one if it has no name."""
    lines = list(csv.reader(io.StringIO(text)))
    head = {line[0]: line for line in lines[:4]}
    columns = [(k, head["bodyparts"][k]) for k in range(1, len(lines[0]))
               if head["coords"][k] == "x" and individual in (None, head.get("individuals", lines[0])[k])]
    names = list(dict.fromkeys(name for _, name in columns))
    rows = []
    for line in lines:
        if not line or line[0] in ("scorer", "individuals", "bodyparts", "coords"):
            continue
        first = line[0] if line[0].endswith((".png", ".jpg")) else "/".join(line[:3])
        rows.append((first.replace("\\", "/").rsplit("/", 1)[-1],
                     {name: seen(line[k], line[k + 1]) for k, name in columns}))
    return names, rows


def seen(x, y):
    """A point from two texts; empty ones mean that it is not labelled."""
    try:
        point = float(x), float(y), VISIBLE
    except ValueError:
        return 0, 0, 0
    return point if np.isfinite(point[:2]).all() else (0, 0, 0)


def boxes_and_points(repository, options):
    """A JSON file a picture: {"bboxes": [[x1, y1, x2, y2]], "keypoints": [[[x, y, 1]]]}."""
    instances = []
    for path in repository.match(options["pictures"]):
        label = json.loads(repository.read(path.replace("/images/", "/annotations/").rsplit(".", 1)[0] + ".json"))
        for box, points in zip(label["bboxes"], label["keypoints"]):
            points = [(x, y, VISIBLE if v else 0) for x, y, v in points]
            instances.append(Instance(path, points, (box[0], box[1], box[2] - box[0], box[3] - box[1]), path))
    return options["points"], instances


def coco(repository, options):
    """COCO key points; `pictures` says where a picture lies, {} being the table's own name of it."""
    names, instances = None, []
    for table in repository.match(options["tables"]):
        content = json.loads(repository.read(table))
        category = next(c for c in content["categories"] if options["category"] in (c["name"], "*"))
        names = options.get("points") or category["keypoints"]
        files = {image["id"]: image["file_name"] for image in content["images"]}
        for label in content["annotations"]:
            if label["category_id"] == category["id"] and any(label.get("keypoints", [])):
                instances.append(Instance(options["pictures"].format(files[label["image_id"]]),
                                          np.reshape(label["keypoints"], (-1, 3)), label.get("bbox"), table))
    return names, instances


def boxes_as_points(repository, options):
    """COCO boxes around the parts of one object a picture; points are their middles. Augmented copies count once."""
    instances = {}
    for table in repository.match(options["tables"]):
        content = json.loads(repository.read(table))
        parts = {category["id"]: category["name"] for category in content["categories"]}
        files = {image["id"]: image["file_name"] for image in content["images"]}
        found = {}
        for label in content["annotations"]:
            x, y, width, height = label["bbox"]
            found.setdefault(label["image_id"], {}).setdefault(parts[label["category_id"]], []).append(
                (x + width / 2, y + height / 2, VISIBLE))
        for image, places in found.items():
            if all(len(places.get(name, [])) <= 1 for name in options["points"]):
                points = [places[name][0] if name in places else (0, 0, 0) for name in options["points"]]
                path = f"{table.rsplit('/', 1)[0]}/{files[image]}"
                instances[original_name(path)] = Instance(path, points, group=original_name(path))
    return options["points"], list(instances.values())


def original_name(path):
    """The picture's name without the mark of an exported copy, so that augmented copies count once."""
    return path.rsplit("/", 1)[-1].split(".rf.")[0].lower()


def leaf_veins(repository, options):
    """Half leaves traced as curves, a file each: where veins start and end, and the two bays of the rim."""
    pictures = {path.rsplit("/", 1)[1].rsplit(".", 1)[0]: path for path in repository.match(options["pictures"])}
    leaves = {}
    for path in repository.match(options["traces"]):
        leaf, _, curve = path.rsplit("/", 1)[1][:-4].partition("_")
        leaves.setdefault(leaf, {})[curve.lower()] = path
    veins = [side + number for side in "pdm" for number in ("", "1", "2", "3")]
    names = ["stalk", *(vein + "_start" for vein in veins if vein[1:]), *(vein + "_tip" for vein in veins),
             "p_bay", "d_bay"]
    instances = []
    for leaf, curves in leaves.items():
        if leaf[:-1] in pictures and set(curves) >= {*veins, "ps", "ds"}:
            ends = {vein: read_ends(repository.read(curves[vein])) for vein in (*veins, "ps", "ds")}
            points = [ends["m"][0], *(ends[vein][0] for vein in veins if vein[1:]), *(ends[vein][1] for vein in veins),
                      ends["ps"][1], ends["ds"][1]]
            instances.append(Instance(pictures[leaf[:-1]], [(x, y, VISIBLE) for x, y in points], group=leaf[:-1]))
    return names, instances


def read_ends(data):
    """First and last point of a curve written as lines of two numbers."""
    numbers = np.reshape([float(word) for word in data.split()], (-1, 2))
    return numbers[0], numbers[-1]


def yolo_lines(repository, options):
    """Lines of numbers per picture as YOLO writes them: class, box (middle, size), points; parts of the picture."""
    for path in repository.match(options["pictures"]):
        head, _, name = path.rpartition("/images/")
        data = repository.read(f"{head}/labels/{name.rsplit('.', 1)[0]}.txt")
        if data:
            yield path, [[float(word) for word in line.split()] for line in data.decode().splitlines() if line.strip()]


def yolo_pose(repository, options):
    """Key points as YOLO reads them, with or without visibility; a point at the origin is not labelled.

    Lines with another number of points are left out. `own_boxes=False` leaves out boxes that are wrong.
    """
    names, instances = options["points"], []
    for path, lines in yolo_lines(repository, options):
        for line in (line for line in lines if len(line) - 5 in (2 * len(names), 3 * len(names)) and line[0] == 0):
            points = np.reshape(line[5:], (len(names), -1))
            seen_too = points[:, 2] if points.shape[1] == 3 else np.full(len(points), VISIBLE)
            known = points[:, :2].any(1) * np.minimum(seen_too, VISIBLE)
            x, y, width, height = line[1:5]
            box = (x - width / 2, y - height / 2, width, height) if options.get("own_boxes", True) else None
            instances.append(Instance(path, np.column_stack([points[:, :2], known]), box, original_name(path),
                                      relative=True))
    return names, instances


def yolo_parts(repository, options):
    """Boxes or outlines around the parts of one object a picture; points are the middles of parts seen once.

    `classes` names the parts in the order of their numbers, `points` those that are taken.
    """
    instances = {}
    for path, lines in yolo_lines(repository, options):
        places = {}
        for line in lines:
            outline = np.reshape(line[1:], (-1, 2))
            middle = outline[0] if len(outline) == 2 else (outline.min(0) + outline.max(0)) / 2
            places.setdefault(options["classes"][int(line[0])], []).append((*middle, VISIBLE))
        points = [places[name][0] if len(places.get(name, ())) == 1 else (0, 0, 0) for name in options["points"]]
        name = original_name(path)
        instances[name] = Instance(path, points, group=name, relative=True)
    return options["points"], list(instances.values())


CORNERS = ["upper_left", "upper_right", "lower_right", "lower_left"]


def from_upper_left(corners):
    """Corners of an outline in clockwise order, beginning with the one that is nearest to the upper left."""
    corners = np.asarray(corners, float)
    following = np.roll(corners, -1, 0)
    if (corners[:, 0] * following[:, 1] - following[:, 0] * corners[:, 1]).sum() < 0:
        corners = corners[::-1]
    return [(x, y, VISIBLE) for x, y in np.roll(corners, -corners.sum(1).argmin(), 0)]


def four_corners(outline, tolerance=0.03):
    """The corners of an outline that is nearly a quadrilateral; None of another one."""
    outline = np.asarray(outline, np.float32)
    corners = cv2.approxPolyDP(outline, tolerance * cv2.arcLength(outline, True), True).reshape(-1, 2)
    return from_upper_left(corners) if len(corners) == 4 else None


def yolo_corners(repository, options):
    """Outlines of things with four corners, as YOLO writes outlines. Augmented copies count once."""
    instances = {}
    for path, lines in yolo_lines(repository, options):
        name = original_name(path)
        found = [four_corners(np.reshape(line[1:], (-1, 2))) for line in lines if len(line) > 7]
        if any(found):
            instances[name] = [Instance(path, corners, group=name, relative=True) for corners in found if corners]
    return CORNERS, sum(instances.values(), [])


def coco_corners(repository, options):
    """Outlines of things with four corners in COCO tables; `pictures` as for coco()."""
    instances = {}
    for table in repository.match(options["tables"]):
        content = json.loads(repository.read(table))
        files = {image["id"]: options["pictures"].format(image["file_name"]) for image in content["images"]}
        for label in content["annotations"]:
            corners = four_corners(np.reshape(label["segmentation"][0], (-1, 2))) if label["segmentation"] else None
            path = files[label["image_id"]]
            if corners:
                instances[original_name(path), label["id"]] = Instance(path, corners, group=original_name(path))
    return CORNERS, list(instances.values())


def chessboards(repository, options):
    """Pictures of a calibration board; points are the outermost of its inner corners, which OpenCV finds."""
    instances, (columns, rows) = [], options["inner_corners"]
    for path in repository.match(options["pictures"]):
        picture = repository.picture(path)
        found, corners = cv2.findChessboardCorners(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (columns, rows))
        if found:
            grid = corners.reshape(rows, columns, 2)
            instances.append(Instance(path, from_upper_left([grid[0, 0], grid[0, -1], grid[-1, -1], grid[-1, 0]]),
                                      group=path))
    return CORNERS, instances


def labelme(repository, options):
    """LabelMe: a JSON file beside a picture, in which one outline's corners are the points, from the upper left."""
    instances = []
    for path in repository.match(options["tables"]):
        for shape in json.loads(repository.read(path))["shapes"]:
            if len(shape["points"]) == len(options["points"]):
                instances.append(Instance(path.rsplit(".", 1)[0] + options["ending"], from_upper_left(shape["points"]),
                                          group=path))
    return options["points"], instances


def point_table(repository, options):
    """A table with a picture a line and columns NAME_x and NAME_y."""
    instances = []
    for row in csv.DictReader(io.StringIO(repository.read(options["table"]).decode())):
        path = options["pictures"].format(row[options["column"]].rsplit("/", 1)[-1])
        instances.append(Instance(path, [seen(row[n + "_x"], row[n + "_y"]) for n in options["points"]], group=path))
    return options.get("names", options["points"]), instances


def tps(repository, options):
    """Landmarks of the tps programs: LM=n, n lines of x and y counted from the lower edge, IMAGE=name."""
    known, instances, points = set(repository.paths), [], []
    for line in repository.read(options["table"]).decode("utf-8", "replace").split("\n"):
        key, _, value = line.strip().partition("=")
        if key == "LM":
            points = []
        elif key == "IMAGE":
            paths = [path for path in (f"{folder}/{value}" for folder in options["folders"]) if path in known]
            if paths and points:
                instances.append(Instance(paths[0], points, from_below=True))
        elif not value and len(key.split()) == 2:
            points.append((*map(float, key.split()), VISIBLE))
    return [f"landmark_{k + 1}" for k in range(len(instances[0].points))], instances


CONVERTERS = dict(boxes_and_points=boxes_and_points, boxes_as_points=boxes_as_points, chessboards=chessboards,
                  coco=coco, coco_corners=coco_corners, deeplabcut=deeplabcut, labelme=labelme,
                  leaf_veins=leaf_veins, point_table=point_table, tps=tps, yolo_corners=yolo_corners,
                  yolo_parts=yolo_parts, yolo_pose=yolo_pose)
