"""The snapshots of one run in a single .npz file, in half precision: 200 KB each instead of 400.

Half precision has three decimal digits, enough to look at a network and to read digits with it; a
repository that carries a dozen snapshots stays small. Arrays are vectors (count,) of float16, named
by their step; `meta` holds what they have in common and a line for each. NumPy unpacks an array of
such a file when it is asked for, so one snapshot costs as much as itself.
"""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from model.classifier import Classifier
from model.errors import CheckpointError
from model.network import Parameters
from model.once import once
from model.preprocessing.deskew import FORMER_LEAST_SCALE
from model.training.loop import classifier
from model.training.recipe import Recipe
from model.training.snapshots import Snapshot

__all__ = ["SnapshotFile", "SnapshotLine", "bundled_snapshots", "dump_snapshots"]

KIND, FORMAT = "snapshots", 1


@dataclass(frozen=True, slots=True)
class SnapshotLine:
    """What is known of a snapshot besides its parameters (`model.training.snapshots.Snapshot`)."""

    step: int
    epoch: int
    train_loss: float | None
    validation_accuracy: float | None


def dump_snapshots(recipe: Recipe, snapshots: Sequence[Snapshot], name: str) -> bytes:
    """The snapshots of a run of this recipe, at least one, as the bytes of an .npz."""
    common = classifier(recipe, snapshots[0].parameters)
    lines = [
        [each.step, each.epoch, each.train_loss, each.validation_accuracy] for each in snapshots
    ]
    meta = {
        "kind": KIND,
        "format": FORMAT,
        "name": name,
        "layers": list(common.parameters.layers),
        "activation": common.parameters.activation,
        "deskew": common.deskew,
        "features": common.features,
        "least_scale": common.least_scale,
        "recipe": dict(common.recipe),
        "snapshots": lines,
    }
    vectors = {
        str(each.step): classifier(recipe, each.parameters).parameters.vector.astype(np.float16)
        for each in snapshots
    }
    text = np.frombuffer(json.dumps(meta, sort_keys=True).encode(), np.uint8)
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, meta=text, **vectors)
    return file.getvalue()


class SnapshotFile:
    """A file of snapshots: `lines` by step, and each as a Classifier. Raises CheckpointError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._meta = self._read_meta()
        self.lines = {line[0]: SnapshotLine(*line) for line in self._meta["snapshots"]}

    def load(self, step: int) -> Classifier:
        """The network after `step`, in float32, at temperature 1. Raises KeyError for others."""
        line, meta = self.lines[step], self._meta
        with np.load(self._path, allow_pickle=False) as file:
            vector = file[str(line.step)].astype(np.float32)
        return Classifier(
            Parameters(tuple(meta["layers"]), meta["activation"], vector),
            deskew=meta["deskew"],
            features=meta["features"],
            name=f"{meta['name']}@{step}",
            recipe=meta["recipe"],
            least_scale=meta.get("least_scale", FORMER_LEAST_SCALE),
        )

    def _read_meta(self) -> dict[str, Any]:
        try:
            with np.load(self._path, allow_pickle=False) as file:
                meta: dict[str, Any] = json.loads(file["meta"].tobytes())
        except (OSError, EOFError, ValueError, KeyError) as error:
            raise CheckpointError("npz.not_whole", error=str(error)) from error
        if (meta.get("kind"), meta.get("format")) != (KIND, FORMAT):
            found = f"{meta.get('kind')} {meta.get('format')}"
            raise CheckpointError("npz.kind", name="meta", expected=f"{KIND} {FORMAT}", found=found)
        return meta


@once
def bundled_snapshots() -> SnapshotFile:
    """The snapshots that come with the bundled network `pixels` (`make pretrained`)."""
    # A real file: byhand is installed unpacked, as its page is.
    return SnapshotFile(Path(str(resources.files("model") / "weights" / "pixels_snapshots.npz")))
