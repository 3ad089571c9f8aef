import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.classifier import Classifier
from model.errors import CheckpointError
from model.network import Parameters, initialize
from model.optimizer import OPTIMIZERS
from model.preprocessing.deskew import FORMER_LEAST_SCALE
from model.serialization.checkpoint import (
    dump_model,
    dump_state,
    load_model,
    load_state,
    pretrained,
)
from model.training.history import EpochMetrics
from model.training.state import TrainingState

Arrays = dict[str, Any]


def a_model() -> Classifier:
    parameters = initialize((784, 12, 8, 10), "tanh", np.random.default_rng(1))
    return Classifier(
        parameters,
        deskew=True,
        features="edges",
        temperature=1.5,
        name="Ärmel 7",
        recipe={"preset": "best", "hidden_layers": [12, 8]},
        test_accuracy=0.9912,
        least_scale=0.8,
    )


def a_state() -> TrainingState:
    rng = np.random.default_rng(1)
    parameters = initialize((784, 12, 10), "relu", rng)
    metrics = EpochMetrics(1, 0.1 + 0.2, 1 / 3, 0.9, [0.1, 1e-30], [0.5])
    return TrainingState(
        2,
        parameters,
        "sgd",
        {"velocity": rng.standard_normal(parameters.count).astype(np.float32)},
        initialize((784, 12, 10), "relu", rng),
        2 / 3,
        [metrics, replace(metrics, epoch=2)],
        least_scale=0.9,
    )


def unpack(data: bytes) -> Arrays:
    """The arrays of an .npz, `meta` as a dict."""
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        arrays: Arrays = dict(archive)
    return arrays | {"meta": json.loads(arrays["meta"].tobytes())}


def pack(arrays: Arrays) -> bytes:
    """An .npz of whatever is given."""
    file = io.BytesIO()
    if isinstance(arrays.get("meta"), dict):
        text = json.dumps(arrays["meta"]).encode()
        arrays = arrays | {"meta": np.frombuffer(text, np.uint8)}
    np.savez(file, allow_pickle=True, **arrays)
    return file.getvalue()


# --- there and back ------------------------------------------------------------------------------


def test_a_model_comes_back_as_it_was() -> None:
    model, again = a_model(), load_model(dump_model(a_model()))
    np.testing.assert_array_equal(again.parameters.vector, model.parameters.vector)
    assert again.parameters.layers == (784, 12, 8, 10)
    assert again.parameters.activation == "tanh"
    assert (again.deskew, again.features, again.least_scale) == (True, "edges", 0.8)
    assert (again.temperature, again.name) == (1.5, "Ärmel 7")
    assert (again.recipe, again.test_accuracy) == (model.recipe, 0.9912)


def test_a_model_remembers_its_data_set_and_classes_and_says_nothing_of_mnist() -> None:
    things = replace(a_model(), dataset="01a2", classes=("bag", "coat"))
    again = load_model(dump_model(things))
    assert (again.dataset, again.classes) == ("01a2", ("bag", "coat"))
    assert [again.class_name(output) for output in (1, 2)] == ["coat", None]
    assert not {"dataset", "classes"} & unpack(dump_model(a_model()))["meta"].keys()


def test_a_model_comes_back_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(dump_model(a_model()))
    assert load_model(path).name == "Ärmel 7"


def test_a_state_comes_back_bit_for_bit() -> None:
    state, again = a_state(), load_state(dump_state(a_state()))
    for name in ("parameters", "best"):
        first, second = getattr(state, name), getattr(again, name)
        assert (first.layers, first.activation) == (second.layers, second.activation)
        np.testing.assert_array_equal(first.vector, second.vector)
    assert state.optimizer == again.optimizer
    np.testing.assert_equal(state.optimizer_state, again.optimizer_state)
    assert (state.epoch, state.best_accuracy) == (again.epoch, again.best_accuracy)
    assert state.history == again.history
    assert again.least_scale == 0.9


def test_files_of_before_do_not_say_how_narrow_digits_were_left() -> None:
    for made, load, dump in (
        (a_model(), load_model, dump_model),
        (a_state(), load_state, dump_state),
    ):
        arrays = unpack(dump(made))  # type: ignore[operator]
        assert arrays["meta"].pop("least_scale") != FORMER_LEAST_SCALE
        assert load(pack(arrays)).least_scale == FORMER_LEAST_SCALE


def test_a_state_of_an_earlier_version_does_not_name_its_optimizer() -> None:
    arrays = unpack(dump_state(a_state()))
    assert "optimizer" not in arrays["meta"]
    again = load_state(pack(arrays))
    assert again.optimizer == "sgd"
    np.testing.assert_equal(again.optimizer_state, a_state().optimizer_state)


def test_a_state_of_an_unknown_optimizer_is_refused() -> None:
    arrays = unpack(dump_state(a_state()))
    arrays["meta"]["optimizer"] = "magic"
    refuse(
        pack(arrays),
        f"optimizer: expected one of {', '.join(OPTIMIZERS)}, found 'magic'",
        load_state,
    )


def test_what_is_loaded_can_be_changed() -> None:
    load_state(dump_state(a_state())).parameters.vector[0] = 1
    load_model(dump_model(a_model())).parameters.weights[0][0, 0] = 1


def test_numpy_alone_reads_the_weights() -> None:
    arrays = unpack(dump_model(a_model()))
    assert list(arrays) == ["meta", "W1", "b1", "W2", "b2", "W3", "b3"]
    assert {name: a.shape for name, a in arrays.items() if name != "meta"} == {
        "W1": (784, 12),
        "b1": (12,),
        "W2": (12, 8),
        "b2": (8,),
        "W3": (8, 10),
        "b3": (10,),
    }
    assert all(array.dtype == np.float32 for name, array in arrays.items() if name != "meta")


def test_weights_made_elsewhere_need_no_meta() -> None:
    arrays = unpack(dump_model(a_model()))
    del arrays["meta"]
    model = load_model(pack(arrays))
    assert (model.parameters.layers, model.parameters.activation) == ((784, 12, 8, 10), "sigmoid")
    assert (model.deskew, model.features) == (False, "pixels")
    assert (model.temperature, model.test_accuracy) == (1.0, None)


def test_compressed_files_are_read_too() -> None:
    arrays = unpack(dump_model(a_model()))
    file = io.BytesIO()
    np.savez_compressed(file, **{name: a for name, a in arrays.items() if name != "meta"})
    assert load_model(file.getvalue()).parameters.layers == (784, 12, 8, 10)


# --- refusals ------------------------------------------------------------------------------------


def refuse(data: bytes, message: str, load: Callable[[bytes], Any] = load_model) -> None:
    with pytest.raises(CheckpointError, match=message) as refusal:
        load(data)
    assert len(str(refusal.value)) < 300


def model_with(meta: dict[str, Any] | None = None, **arrays: Any) -> bytes:
    """A model's file with some arrays or meta fields replaced, or dropped where None is given."""
    changed = unpack(dump_model(a_model()))
    changed["meta"] |= meta or {}
    changed |= arrays
    return pack({name: array for name, array in changed.items() if array is not None})


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("W1", (784, 13), r"b1: expected shape \(13,\), found \(12,\)"),
        ("W1", (784,), r"W1: expected shape \(784, units\), found \(784,\)"),
        ("W1", (784, 12, 1), r"W1: expected shape \(784, units\), found \(784, 12, 1\)"),
        ("b1", (11,), r"b1: expected shape \(12,\), found \(11,\)"),
        ("b1", (1, 12), r"b1: expected shape \(12,\), found \(1, 12\)"),
        ("b1", (), r"b1: expected shape \(12,\), found \(\)"),
        ("W2", (13, 8), r"W2: expected shape \(12, units\), found \(13, 8\)"),
        ("b3", (9,), r"b3: expected shape \(10,\), found \(9,\)"),
    ],
)
def test_a_wrong_shape_is_refused_by_name(name: str, shape: tuple[int, ...], message: str) -> None:
    arrays = unpack(dump_model(a_model())) | {name: np.zeros(shape, np.float32)}
    del arrays["meta"]
    refuse(pack(arrays), message)


def test_a_layer_of_no_units_is_refused() -> None:
    arrays = {"W1": np.zeros((784, 0), np.float32), "b1": np.zeros(0, np.float32)}
    refuse(pack(arrays), "layers must be two or more positive sizes")


@pytest.mark.parametrize("name", ["W1", "b1", "W2", "b3"])
def test_a_missing_array_is_named(name: str) -> None:
    refuse(model_with(meta={}, **{name: None}), f"{name}: |sha256")
    arrays = unpack(dump_model(a_model()))
    del arrays["meta"], arrays[name]
    refuse(pack(arrays), f"{name}: expected arrays W1 b1")


def test_an_array_too_many_is_named() -> None:
    arrays = unpack(dump_model(a_model())) | {"W9": np.zeros((2, 2), np.float32)}
    del arrays["meta"]
    refuse(pack(arrays), "W9: no such array is expected beside W1 b1 W2 b2 W3 b3")


def test_a_file_of_meta_alone_is_refused() -> None:
    refuse(pack({}), "W1: expected arrays W1 b1, found")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("activation", "swish"),
        ("activation", ["relu"]),
        ("activation", None),
        ("temperature", 0),
        ("temperature", -1),
        ("temperature", float("nan")),
        ("temperature", float("inf")),
        ("temperature", "hot"),
        ("temperature", 10**400),
        ("deskew", "yes"),
        ("features", "corners"),
        ("features", True),
        ("least_scale", "narrow"),
        ("least_scale", True),
        ("least_scale", None),
        ("least_scale", 0),
        ("least_scale", 1.2),
        ("least_scale", float("nan")),
        ("name", 7),
        ("dataset", 7),
        ("classes", "bag"),
        ("classes", [1, 2]),
        ("recipe", 7),
        ("recipe", "blog"),
        ("recipe", [1, 2]),
        ("test_accuracy", "high"),
        ("test_accuracy", 99.4),
        ("test_accuracy", float("nan")),
    ],
)
def test_a_wrong_field_of_meta_is_refused_by_name(field: str, value: Any) -> None:
    refuse(model_with({field: value}), f"{field}: expected .*, found ")


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_weights_that_could_make_nan_of_an_image_are_refused(activation: str) -> None:
    parameters = Parameters((784, 3, 10), activation)
    parameters.weights[0][:] = 1e-3  # a relu unit may reach 0.784, a sigmoid's answer 1
    parameters.weights[1][:] = 3e29
    load_model(dump_model(Classifier(parameters)))
    parameters.weights[1][0, 0] = 8e29
    refuse(dump_model(Classifier(parameters)), r"W2: expected weights whose sums stay below 1e\+30")


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh", "sigmoid"])
def test_the_heaviest_weights_that_are_read_make_no_nan(activation: str) -> None:
    parameters = Parameters((784, 3, 3, 10), activation)
    parameters.weights[0][:] = 1e26
    parameters.weights[1][:] = 1
    parameters.weights[2][:] = -np.linspace(0, 1, 30).reshape(3, 10)
    model = load_model(dump_model(Classifier(parameters, temperature=1e-3)))
    for value in (0, 1, 255):
        assert np.isfinite(model.probabilities(np.full(784, value))).all()


def test_a_state_is_no_model_and_a_model_no_state() -> None:
    refuse(dump_state(a_state()), "meta: expected kind model, found training state")
    refuse(dump_model(a_model()), "meta: expected kind training state, found model", load_state)
    arrays = unpack(dump_model(a_model()))
    del arrays["meta"]
    refuse(pack(arrays), "expected a training state, found a file without meta", load_state)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("layers", [784, 13, 10]),
        ("layers", "784"),
        ("layers", None),
        ("activation", "swish"),
        ("epoch", "two"),
        ("best_accuracy", None),
        ("history", 7),
        ("history", [{"epoch": 1}]),
    ],
)
def test_a_state_with_a_wrong_field_is_refused(field: str, value: Any) -> None:
    arrays = unpack(dump_state(a_state()))
    arrays["meta"][field] = value
    with pytest.raises(CheckpointError):
        load_state(pack(arrays))


def test_a_state_without_an_array_or_a_field_is_refused() -> None:
    for name in ("parameters", "velocity", "best"):
        arrays = unpack(dump_state(a_state()))
        del arrays[name]
        with pytest.raises(CheckpointError):
            load_state(pack(arrays))
    for field in ("layers", "activation", "epoch", "best_accuracy", "history"):
        arrays = unpack(dump_state(a_state()))
        del arrays["meta"][field]
        refuse(pack(arrays), field, load_state)


def test_the_bundled_model_is_the_network_of_the_text() -> None:
    model = pretrained()
    assert model.parameters.layers == (784, 128, 10)
    assert model.parameters.activation == "sigmoid"
    assert model.recipe["preset"] == "best"
    assert model.test_accuracy is not None
    assert model.test_accuracy >= 0.99
