from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.errors import Invalid
from app.jobs.resolve import resolve, vary
from app.schemas.training import TrainRequest
from app.store import models
from app.store.engine import Session, connect, migrate
from model.classifier import Classifier
from model.errors import RecipeError
from model.network import initialize
from model.preprocessing.deskew import FORMER_LEAST_SCALE
from model.preprocessing.pipeline import LEAST_SCALES
from model.serialization.checkpoint import dump_model
from model.training.recipe import PRESETS, Recipe


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """In a store with one model, `base`: 784-8-10, tanh, deskewed, edges."""
    database = connect(f"sqlite:///{tmp_path / 'byhand.db'}")
    migrate(database)
    parameters = initialize((784, 8, 10), "tanh", np.random.default_rng(0))
    base = Classifier(parameters, deskew=True, features="edges")
    with database.begin() as session:
        models.add(session, classifier=base, weights=dump_model(base), name="base", id="base")
        yield session
    database.close()


def test_samples_are_learnt_by_the_model_in_use_unless_another_is_named(session: Session) -> None:
    asked = TrainRequest(samples=True)
    assert resolve(session, asked)["base_model"] is None  # before the first start
    models.activate(session, "base")
    resolved = resolve(session, asked)
    assert (resolved["preset"], resolved["base_model"]) == ("hand", "base")
    assert (resolved["hidden_layers"], resolved["activation"]) == ([8], "tanh")
    assert resolve(session, TrainRequest(samples=True, preset="fast"))["base_model"] is None


def test_a_service_trains_networks_whose_file_it_can_send(session: Session) -> None:
    most = resolve(session, TrainRequest(hidden_layers=[2048, 430]))
    assert most["hidden_layers"] == [2048, 430]
    for hidden in ([2048, 440], [4096, 4000]):
        with pytest.raises(RecipeError, match="at most 2,500,000 are trained"):
            resolve(session, TrainRequest(hidden_layers=hidden))
    Recipe(hidden_layers=(4096, 4000))  # by `byhand train`


def test_what_is_left_out_comes_from_the_preset(session: Session) -> None:
    resolved = resolve(session, TrainRequest(preset="blog", epochs=3))
    assert resolved["epochs"] == 3
    assert resolved["learning_rate"] == PRESETS["blog"].learning_rate
    assert resolved["initialization"] == "blog"
    assert (resolved["base_model"], resolved["activate"]) == (None, False)


def test_it_is_what_json_gives_back(session: Session) -> None:
    resolved = resolve(session, TrainRequest(hidden_layers=[8, 4]))
    assert json.loads(json.dumps(resolved)) == resolved


def test_a_base_model_brings_its_own_kind(session: Session) -> None:
    resolved = resolve(session, TrainRequest(base_model="base"))
    assert resolved["hidden_layers"] == [8]
    assert (resolved["activation"], resolved["deskew"]) == ("tanh", True)
    assert resolved["features"] == "edges"
    assert not resolve(session, TrainRequest(base_model="base", deskew=False))["deskew"]
    pixels = TrainRequest(base_model="base", features="pixels")
    assert resolve(session, pixels)["features"] == "pixels"


def test_going_on_from_a_model_leaves_digits_as_narrow_as_it_knows_them(session: Session) -> None:
    """Unless it is to see something else, or nothing deskewed: then that is learnt anew anyway."""
    assert resolve(session, TrainRequest(base_model="base"))["least_scale"] == FORMER_LEAST_SCALE
    pixels = resolve(session, TrainRequest(base_model="base", features="pixels"))
    assert pixels["least_scale"] == LEAST_SCALES["pixels"]
    assert resolve(session, TrainRequest())["least_scale"] == LEAST_SCALES["pixels"]
    assert resolve(session, TrainRequest(preset="best"))["least_scale"] == LEAST_SCALES["edges"]


def test_a_base_model_of_another_kind_is_refused(session: Session) -> None:
    with pytest.raises(Invalid, match="base is a tanh network") as refusal:
        resolve(session, TrainRequest(base_model="base", activation="relu"))
    assert refusal.value.errors[0]["field"] == "base_model"
    with pytest.raises(Invalid, match="no model 'gone'"):
        resolve(session, TrainRequest(base_model="gone"))


def test_a_value_of_a_sweep_that_is_wrong_is_named() -> None:
    assert vary({"epochs": 2}, {"seed": 3}) == TrainRequest(epochs=2, seed=3)
    with pytest.raises(Invalid, match="found -3") as refusal:
        vary({"epochs": 2}, {"seed": -3})
    assert refusal.value.errors[0]["field"] == "values.seed"
