"""Models and training states as .npz files, by way of `serialization.npz`.

A model's arrays are W1 b1 W2 b2 …. A file of these alone, without `meta`, is a model too (sigmoid,
no deskewing), so that weights from elsewhere can be loaded. A training state holds its parameters
and its optimiser's state as vectors (count,). Files whose parts do not fit together raise
CheckpointError.
"""

import reprlib
from collections.abc import Collection, Mapping
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

from model.activations import ACTIVATIONS
from model.classifier import Classifier
from model.data.own import class_names
from model.errors import ByhandError, CheckpointError, DatasetError
from model.network import Array, Parameters
from model.optimizer import OPTIMIZERS
from model.preprocessing.deskew import FORMER_LEAST_SCALE, SCALES
from model.preprocessing.pipeline import FEATURES
from model.serialization import npz
from model.training.diagnostics import MAX_PREACTIVATION, preactivation_bounds
from model.training.history import EpochMetrics
from model.training.state import TrainingState

__all__ = [
    "BUNDLED",
    "MOST_DATASET",
    "bundled",
    "dump_model",
    "dump_state",
    "load_model",
    "load_state",
    "pretrained",
]

BUNDLED = ("pretrained", "pixels")  # the networks in model/weights, the one that reads best first

MOST_DATASET = 64  # characters of a data set's id or name
FIRST_OPTIMIZER = "sgd"  # states of earlier versions do not name theirs, and it needs no name


def dump_model(model: Classifier) -> bytes:
    """Serialise a classifier to the bytes of an .npz."""
    meta = {
        "activation": model.parameters.activation,
        "deskew": model.deskew,
        "features": model.features,
        "least_scale": model.least_scale,
        "temperature": model.temperature,
        "name": model.name,
        "recipe": dict(model.recipe),
        "test_accuracy": model.test_accuracy,
    }
    if model.dataset:  # of others no byte changes, nor their SHA-256
        meta |= {"dataset": model.dataset, "classes": list(model.classes)}
    if model.few_errors:
        meta["few_errors"] = True
    return npz.dump("model", model.parameters.arrays(), meta)


def load_model(source: bytes | Path, most: int | None = None) -> Classifier:
    """Read a classifier from an .npz, `most` bytes unpacked at most. Raises CheckpointError."""
    arrays, meta = npz.load(source, "model", most)
    parameters = _parameters(arrays, _choice(meta, "activation", "sigmoid", ACTIVATIONS))
    _expect_no_overflow(parameters)
    temperature = _field(meta, "temperature", 1.0, int, float)
    if not 1e-3 <= temperature <= 1e3:
        raise CheckpointError("checkpoint.temperature_range", found=reprlib.repr(temperature))
    accuracy = _field(meta, "test_accuracy", None, float, int, type(None))
    if accuracy is not None and not 0 <= accuracy <= 1:
        raise CheckpointError("checkpoint.accuracy_range", found=reprlib.repr(accuracy))
    return Classifier(
        parameters,
        deskew=_field(meta, "deskew", False, bool),
        features=_choice(meta, "features", "pixels", FEATURES),
        temperature=float(temperature),
        name=_field(meta, "name", "", str),
        recipe=_field(meta, "recipe", {}, dict),
        test_accuracy=accuracy,
        least_scale=_least_scale(meta),
        dataset=_field(meta, "dataset", "", str)[:MOST_DATASET],
        classes=_classes(meta),
        few_errors=_field(meta, "few_errors", False, bool),
    )


def dump_state(state: TrainingState) -> bytes:
    """Serialise the state of a training run at the end of an epoch to the bytes of an .npz."""
    arrays = {
        "parameters": state.parameters.vector,
        "best": state.best.vector,
        **state.optimizer_state,
    }
    meta = {
        "layers": state.parameters.layers,
        "activation": state.parameters.activation,
        "epoch": state.epoch,
        "best_accuracy": state.best_accuracy,
        "least_scale": state.least_scale,
        "history": [asdict(metrics) for metrics in state.history],
    }
    return npz.dump("training state", arrays, meta)


def load_state(source: bytes | Path) -> TrainingState:
    """Read a training state from an .npz, bit for bit. Raises CheckpointError."""
    arrays, meta = npz.load(source, "training state")
    try:
        layers, activation = meta["layers"], meta["activation"]
        npz.expect("epoch", "npz.kind", "int", type(meta["epoch"]).__name__)
        npz.expect("best_accuracy", "npz.kind", "float", type(meta["best_accuracy"]).__name__)
        optimizer = _choice(meta, "optimizer", FIRST_OPTIMIZER, OPTIMIZERS)
        empty = Parameters(layers, activation)
        memory = OPTIMIZERS[optimizer].initial_state(empty)
        for name, place in {"parameters": empty.vector, "best": empty.vector, **memory}.items():
            npz.expect(name, "npz.shape", place.shape, arrays[name].shape)
        return TrainingState(
            epoch=meta["epoch"],
            parameters=Parameters(layers, activation, arrays["parameters"]),
            optimizer=optimizer,
            optimizer_state={name: arrays[name] for name in memory},
            best=Parameters(layers, activation, arrays["best"]),
            best_accuracy=meta["best_accuracy"],
            history=[EpochMetrics(**metrics) for metrics in meta["history"]],
            least_scale=_least_scale(meta),
        )
    except KeyError as error:
        raise CheckpointError("checkpoint.state_incomplete", missing=error.args[0]) from error
    except (TypeError, ByhandError) as error:
        raise CheckpointError("checkpoint.state_misfit", error=str(error)) from error


def pretrained() -> Classifier:
    """Load the bundled network that reads best: it sees edges."""
    return bundled(BUNDLED[0])


def bundled(name: str) -> Classifier:
    """Load a bundled network, made by `make pretrained`: `pretrained` or `pixels`.

    Raises CheckpointError for another name.
    """
    if name not in BUNDLED:
        raise CheckpointError("checkpoint.not_bundled", name=name, bundled=list(BUNDLED))
    with resources.as_file(resources.files("model") / "weights" / f"{name}.npz") as path:
        return load_model(path)


def _parameters(arrays: Mapping[str, Array], activation: str) -> Parameters:
    layers = 1
    while f"W{layers + 1}" in arrays or f"b{layers + 1}" in arrays:
        layers += 1
    names = [f"{letter}{n}" for n in range(1, layers + 1) for letter in "Wb"]
    for name in names:
        if name not in arrays:
            raise CheckpointError(
                "checkpoint.array_missing", name=name, expected=names, found=sorted(arrays)
            )
    for name in arrays:
        if name not in names:
            raise CheckpointError("checkpoint.array_unexpected", name=name, expected=names)
    n_in: int | None = None
    for W, b in zip(names[::2], names[1::2], strict=True):
        found = arrays[W].shape
        if len(found) != 2 or n_in not in (None, found[0]):
            raise CheckpointError(
                "checkpoint.weights_shape", name=W, inputs=n_in or 784, found=str(found)
            )
        npz.expect(b, "npz.shape", (found[1],), arrays[b].shape)
        n_in = found[1]
    try:
        return Parameters.from_arrays(arrays, activation)
    except ByhandError as error:
        raise CheckpointError(error.message.code, **error.message.values) from error


def _expect_no_overflow(parameters: Parameters) -> None:
    for number, bound in enumerate(preactivation_bounds(parameters), start=1):
        if bound > MAX_PREACTIVATION:
            raise CheckpointError(
                "checkpoint.sums_too_large", number=number, most=MAX_PREACTIVATION, found=bound
            )


def _field(meta: Mapping[str, Any], name: str, default: Any, *kinds: type) -> Any:
    """A field of meta, whose type must be one of `kinds`; a JSON true does not pass as a number."""
    value = meta.get(name, default)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise CheckpointError(
            "checkpoint.field_kind", name=name, kind=kinds[0].__name__, found=reprlib.repr(value)
        )
    return value


def _classes(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the classes; none where they are digits."""
    names = _field(meta, "classes", [], list)
    if not all(isinstance(name, str) for name in names):
        raise CheckpointError("checkpoint.classes", found=reprlib.repr(names))
    try:
        return class_names(names) if names else ()
    except DatasetError as error:
        raise CheckpointError(error.message.code, **error.message.values) from error


def _least_scale(meta: Mapping[str, Any]) -> float:
    """How narrow digits are left (`model.preprocessing.deskew`); files of before do not say it."""
    value = _field(meta, "least_scale", FORMER_LEAST_SCALE, float, int)
    if not SCALES[0] <= value <= 1:
        raise CheckpointError(
            "checkpoint.least_scale_range", least=SCALES[0], found=reprlib.repr(value)
        )
    return float(value)


def _choice(meta: Mapping[str, Any], name: str, default: str, allowed: Collection[str]) -> str:
    """A field of meta, which must be one of the strings allowed."""
    value: str = _field(meta, name, default, str)
    if value not in allowed:
        raise CheckpointError(
            "checkpoint.field_choice", name=name, allowed=list(allowed), found=reprlib.repr(value)
        )
    return value
