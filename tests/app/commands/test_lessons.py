from typing import Any

import pytest

from app.commands.options import as_options
from model.training.lessons import LESSONS


def test_lessons_are_listed_with_their_words(byhand: Any) -> None:
    ran = byhand("lessons")
    assert ran.code == 0
    for lesson in LESSONS.values():
        assert f"{lesson.name:<20}{lesson.title}" in ran.out
        assert lesson.words in ran.out


def test_a_lesson_trains_what_goes_wrong_and_then_the_cure(byhand: Any) -> None:
    ran = byhand("lessons", "rate_too_low")
    wrong, cured = ran.out.split("Cured: --learning-rate 0.3")
    assert ran.code == 0
    assert "As it goes wrong: --preset fast --epochs 8 --learning-rate 0.03" in wrong
    assert "Raise the learning rate tenfold" in wrong
    assert wrong.count("epoch  ") == cured.count("epoch  ") == 8
    assert "Raise the learning rate tenfold" not in cured
    assert "as it went wrong" in cured.splitlines()[-1]


def test_a_lesson_that_is_none_is_refused_with_those_there_are(byhand: Any) -> None:
    ran = byhand("lessons", "dropout")
    assert ran.code == 2
    assert "no lesson dropout; choose one of rate_too_high, " in ran.err


@pytest.mark.parametrize(
    ("change", "options"),
    [
        ({"learning_rate": 0.03}, "--learning-rate 0.03"),
        ({"rescale": True}, "--rescale"),
        ({"deskew": False}, "--no-deskew"),
        ({"hidden_layers": [64, 32]}, "--hidden-layers 64,32"),
        ({"train_examples": None}, "without --train-examples"),
        ({"augment": "full", "epochs": 20}, "--augment full --epochs 20"),
    ],
)
def test_a_change_is_told_as_the_options_to_type(change: dict[str, Any], options: str) -> None:
    assert as_options(change) == options
