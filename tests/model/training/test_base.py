from dataclasses import replace

import pytest

from model.classifier import Classifier
from model.errors import RecipeError
from model.network import Parameters
from model.training.base import recipe_from
from model.training.recipe import PRESETS

BASE = Classifier(Parameters((784, 20, 10), "tanh"), deskew=True, least_scale=0.7)


def test_a_run_looks_at_digits_as_its_base_does() -> None:
    made = recipe_from(BASE, "hand", seed=3)
    assert (made.hidden_layers, made.activation) == ((20,), "tanh")
    assert (made.deskew, made.features, made.least_scale) == (True, "pixels", 0.7)
    assert (made.seed, made.epochs) == (3, PRESETS["hand"].epochs)


def test_what_is_given_replaces_what_the_base_has() -> None:
    made = recipe_from(BASE, "best", features="edges", activation=None, deskew=True)
    assert (made.features, made.activation) == ("edges", "tanh")
    assert made.least_scale == replace(made, kept_scale=None).least_scale


def test_a_field_that_is_none_is_refused() -> None:
    with pytest.raises(RecipeError, match="dropout"):
        recipe_from(BASE, "hand", dropout=0.5)
