import json
import math
import re
from contextlib import suppress
from dataclasses import asdict, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import RecipeError
from model.optimizer import OPTIMIZERS
from model.preprocessing.deskew import FORMER_LEAST_SCALE
from model.preprocessing.pipeline import LEAST_SCALES
from model.training.recipe import (
    HYPERPARAMETERS,
    PRESETS,
    Recipe,
    going_on,
    recipe,
    stored_recipe,
)


def test_blog_is_the_recipe_of_the_text() -> None:
    expected = {
        "preset": "blog",
        "epochs": 10,
        "early_stopping": None,
        "batch_size": 64,
        "learning_rate": 0.01,
        "momentum": 0.0,
        "weight_decay": 0.0,
        "schedule": "constant",
        "hidden_layers": (128,),
        "activation": "sigmoid",
        "initialization": "blog",
        "augment": "none",
        "deskew": False,
        "features": "pixels",
        "rescale": True,
        "optimizer": "sgd",
        "train_examples": None,
        "drawn_examples": 0,
        "seed": 0,
        "test_each_epoch": True,
        "mistake": None,
        "kept_scale": None,
    }
    assert asdict(recipe("blog")) == expected


def test_there_are_four_presets_and_each_knows_its_name() -> None:
    assert set(PRESETS) == {"blog", "fast", "best", "hand"}
    for name, preset in PRESETS.items():
        assert preset.preset == name
        assert preset.hidden_layers == (128,)
        assert preset.activation == "sigmoid"


def test_best_learns_from_the_edges_of_straightened_and_distorted_digits() -> None:
    best = recipe("best")
    assert best.deskew
    assert best.features == "edges"
    assert best.augment in ("affine", "full")
    assert best.schedule == "cosine"


def test_explicit_fields_override_the_presets_and_none_keeps_them() -> None:
    changed = recipe("fast", epochs=3, learning_rate=None, hidden_layers=[256, 64])
    assert changed == replace(PRESETS["fast"], epochs=3, hidden_layers=(256, 64))
    assert recipe("fast", momentum=0.0).momentum == 0


def test_a_recipe_goes_through_json_and_comes_back() -> None:
    for name in PRESETS:
        kept = json.loads(json.dumps(asdict(recipe(name, hidden_layers=[16, 8], seed=7))))
        assert Recipe(**kept) == recipe(name, hidden_layers=[16, 8], seed=7)


WRONG: list[tuple[str, Any, str]] = [
    ("epochs", 0, "must lie from 1 to 10,000, found 0"),
    ("epochs", 10_001, "must lie from 1 to 10,000, found 10,001"),
    ("epochs", 1.5, "must be a whole number, found 1.5"),
    ("epochs", True, "must be a whole number, found True"),
    ("epochs", "3", "must be a whole number, found '3'"),
    ("epochs", -(10**400), "must lie from 1 to 10,000, found one of over 15 digits"),
    ("epochs", 10**400, "must lie from 1 to 10,000, found one of over 15 digits"),
    ("batch_size", 0, "must lie from 1 to"),
    ("learning_rate", 0, "must lie from 1e-09 to 100, found 0"),
    ("learning_rate", -1, "must lie from 1e-09 to 100, found -1"),
    ("learning_rate", 101.0, "must lie from 1e-09 to 100, found 101"),
    ("learning_rate", math.nan, "must be a number, found nan"),
    ("learning_rate", math.inf, "must be a number, found inf"),
    ("learning_rate", 10**400, "must lie from 1e-09 to 100"),
    ("learning_rate", "fast", "must be a number, found 'fast'"),
    ("momentum", 1, "must lie from 0 to 0.9999, found 1"),
    ("momentum", -0.1, "must lie from 0 to 0.9999, found -0.1"),
    ("weight_decay", -1e-9, "must lie from 0 to 1, found -1e-09"),
    ("schedule", "linear", "'linear' is unknown; choose one of constant, cosine"),
    ("hidden_layers", [], "give 1 to 8 sizes, found 0"),
    ("hidden_layers", [1] * 9, "give 1 to 8 sizes, found 9"),
    ("hidden_layers", [128, 0], "each size must lie from 1 to 4,096, found 0"),
    ("hidden_layers", [4097], "each size must lie from 1 to 4,096, found 4,097"),
    ("hidden_layers", [1.5], "each size must lie from 1 to 4,096, found 1.5"),
    ("hidden_layers", [True], "each size must lie from 1 to 4,096, found True"),
    ("hidden_layers", 128, "must be a list of sizes, found 128"),
    ("hidden_layers", "128", "must be a list of sizes, found '128'"),
    ("hidden_layers", [4096] * 3, "make 36,806,656 weights, at most 20,000,000 are trained"),
    ("activation", "swish", "'swish' is unknown; choose one of sigmoid, tanh, relu, leaky_relu"),
    ("activation", ["relu"], "is unknown"),
    ("initialization", "zeros", "'zeros' is unknown; choose one of scaled, blog, standard_normal"),
    ("augment", "elastic", "'elastic' is unknown; choose one of none, affine, full"),
    ("deskew", "yes", "must be true or false, found 'yes'"),
    ("optimizer", "magic", f"'magic' is unknown; choose one of {', '.join(OPTIMIZERS)}"),
    ("features", "corners", "'corners' is unknown; choose one of pixels, edges"),
    ("early_stopping", 0, "must lie from 1 to 10,000, found 0"),
    ("early_stopping", True, "must be a whole number, found True"),
    ("rescale", 255, "must be true or false, found 255"),
    ("train_examples", 0, "must lie from 1 to"),
    ("train_examples", 2.0, "must be a whole number, found 2.0"),
    ("drawn_examples", -1, "must lie from 0 to 1,000,000, found -1"),
    ("seed", -1, "must lie from 0 to 4,294,967,295, found -1"),
    ("seed", 2**32, "must lie from 0 to 4,294,967,295, found 4,294,967,296"),
    ("test_each_epoch", 1, "must be true or false, found 1"),
    ("mistake", 0, "must lie from 1 to 40, found 0"),
    ("mistake", 41, "must lie from 1 to 40, found 41"),
    ("preset", "turbo", "'turbo' is unknown; choose one of blog, fast, best, hand"),
    ("dropout", 0.5, "is not a hyperparameter"),
]


@pytest.mark.parametrize(("field", "value", "message"), WRONG)
def test_a_wrong_field_is_refused_by_name_with_what_would_be_right(
    field: str, value: Any, message: str
) -> None:
    with pytest.raises(RecipeError, match=re.escape(message)) as refusal:
        recipe(**{field: value})
    assert refusal.value.field == field
    assert len(str(refusal.value.message)) < 200


def test_every_field_can_be_wrong() -> None:
    assert {field for field, _, _ in WRONG} - {"dropout"} == {"preset", *HYPERPARAMETERS}
    assert {"kept_scale", "preset", *HYPERPARAMETERS} == {f.name for f in fields(Recipe)}


def test_how_narrow_digits_are_left_goes_by_what_is_seen_and_nobody_chooses_it() -> None:
    for features, least_scale in LEAST_SCALES.items():
        assert recipe("best", features=features).least_scale == least_scale
        assert replace(PRESETS["fast"], features=features).least_scale == least_scale
    with pytest.raises(RecipeError, match="is not a hyperparameter"):
        recipe("best", kept_scale=0.7)


def test_going_on_keeps_how_narrow_digits_were_left() -> None:
    assert going_on(recipe("best"), FORMER_LEAST_SCALE).least_scale == FORMER_LEAST_SCALE
    assert stored_recipe(going_on(recipe("best"), 0.7)) == stored_recipe(recipe("best"))


ANYTHING = st.one_of(
    st.integers(), st.floats(), st.text(), st.none(), st.booleans(), st.lists(st.integers())
)


@given(name=st.sampled_from([f.name for f in fields(Recipe)]), value=ANYTHING)
def test_a_recipe_is_either_made_or_refused_in_words(name: str, value: Any) -> None:
    with suppress(RecipeError):
        recipe(**{name: value})


def test_what_nobody_could_choose_is_not_stored() -> None:
    for name, preset in PRESETS.items():
        kept = stored_recipe(preset)
        assert kept.keys() == {
            "preset",
            *(n for n, h in HYPERPARAMETERS.items() if len(h.choices) != 1),
        }
        assert Recipe(**kept) == recipe(name)
