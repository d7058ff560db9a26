"""Called by exports_test with a folder of results of an 8-frame clip: one.csv, two.csv (two individuals), one.json."""

import pathlib
import sys

import pandas
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

folder = pathlib.Path(sys.argv[1])

one = pandas.read_csv(folder / "one.csv", header=[0, 1, 2], index_col=0)
assert one.columns.names == ["scorer", "bodyparts", "coords"], one.columns.names
assert list(one.index) == list(range(8)), one.index
assert list(one.columns.levels[2]) == ["likelihood", "x", "y"], one.columns
likelihood = one.xs("likelihood", axis=1, level="coords")
assert ((likelihood >= 0) & (likelihood <= 1)).all(axis=None) and one.dtypes.eq(float).all(), one

two = pandas.read_csv(folder / "two.csv", header=[0, 1, 2, 3], index_col=0)
assert two.columns.names == ["scorer", "individuals", "bodyparts", "coords"], two.columns.names
assert list(two.columns.get_level_values("individuals").unique()) == ["individual1", "individual2"], two.columns
first = two.xs("individual1", axis=1, level="individuals")
assert first.columns.equals(one.columns) and first.notna().any(axis=None), first

coco = COCO(str(folder / "one.json"))
assert len(coco.getImgIds()) == 8, coco.getImgIds()
annotations = coco.loadAnns(coco.getAnnIds())
assert annotations and all(a["num_keypoints"] == sum(v > 0 for v in a["keypoints"][2::3]) for a in annotations)
results = coco.loadRes([{k: a[k] for k in ("image_id", "category_id", "keypoints", "score")} for a in annotations])
count = len(annotations[0]["keypoints"]) // 3
evaluation = COCOeval(coco, results, "keypoints")
evaluation.params.kpt_oks_sigmas = evaluation.params.kpt_oks_sigmas[:1].repeat(count)
evaluation.evaluate()
evaluation.accumulate()
evaluation.summarize()
assert evaluation.stats[0] > 0.99, evaluation.stats  # against itself
