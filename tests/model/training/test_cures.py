from dataclasses import replace
from typing import Any

import pytest

from model.messages import Message
from model.messages.en import SENTENCES
from model.training.cures import CURES, cure
from model.training.recipe import Recipe, recipe

PLAIN = recipe("fast", epochs=10)
RATES = {"from_rate": 0.3, "to_rate": 0.03}
RELU = replace(PLAIN, activation="relu", hidden_layers=(64, 32, 16))


@pytest.mark.parametrize(
    ("code", "values", "used", "change"),
    [
        ("hint.loss_rises", RATES, PLAIN, {"learning_rate": 0.03}),
        ("hint.saturated", RATES, PLAIN, {"learning_rate": 0.03}),
        ("hint.dead_units", RATES, RELU, {"learning_rate": 0.03}),
        ("hint.too_slow", RATES, PLAIN, {"learning_rate": 0.03}),
        ("training.diverged", {"epoch": 1, "learning_rate": 50.0}, PLAIN, {"learning_rate": 5.0}),
        (
            "hint.saturated_by_start",
            RATES,
            replace(PLAIN, initialization="standard_normal"),
            {"initialization": "scaled"},
        ),
        ("hint.saturated_by_pixels", RATES, replace(PLAIN, rescale=False), {"rescale": True}),
        ("hint.vanishing_gradient", {}, PLAIN, {"activation": "relu"}),
        ("hint.vanishing_gradient", {}, RELU, {"hidden_layers": [64]}),
        ("hint.overfits", {}, PLAIN, {"augment": "full"}),
        ("hint.gap", {}, PLAIN, {"augment": "full"}),
        (
            "hint.gap",
            {},
            replace(PLAIN, augment="full", train_examples=500),
            {"train_examples": None},
        ),
        ("hint.overfits", {}, replace(PLAIN, augment="full"), {"early_stopping": 5}),
        ("hint.still_falling", {"epochs": 20}, PLAIN, {"epochs": 20}),
        ("hint.schedule_ended_early", {"epochs": 20}, PLAIN, {"epochs": 20}),
    ],
)
def test_the_cure_is_the_change_that_the_sentence_advises(
    code: str, values: dict[str, Any], used: Recipe, change: dict[str, Any]
) -> None:
    assert cure(Message(code, values), used) == change


def test_every_sentence_that_advises_something_has_a_cure() -> None:
    parts = ("hint.hidden_layer", "hint.hidden_layers")
    hints = {code for code in SENTENCES if code.startswith("hint.") and code not in parts}
    assert hints == {code for code in CURES if code.startswith("hint.")}


@pytest.mark.parametrize(
    ("code", "values", "used"),
    [
        ("hint.nobody_knows", {}, PLAIN),
        ("hint.too_slow", {"from_rate": 50, "to_rate": 500}, replace(PLAIN, learning_rate=50)),
        ("hint.still_falling", {"epochs": 20_000}, PLAIN),
        ("hint.vanishing_gradient", {}, replace(RELU, hidden_layers=(64,))),
        ("hint.vanishing_gradient", {}, replace(PLAIN, mistake=3)),  # of a sigmoid network
        ("hint.overfits", {}, replace(PLAIN, augment="full", early_stopping=3)),
        ("hint.saturated_by_start", {}, PLAIN),  # changes nothing
    ],
)
def test_there_is_none_where_it_would_make_no_recipe_or_the_same(
    code: str, values: dict[str, Any], used: Recipe
) -> None:
    assert cure(Message(code, values), used) is None


def test_a_base_models_own_layers_are_not_changed() -> None:
    vanishing = Message("hint.vanishing_gradient")
    assert cure(vanishing, PLAIN) is not None
    assert cure(vanishing, PLAIN, from_base=True) is None
    assert cure(Message("hint.too_slow", RATES), PLAIN, from_base=True) is not None
