from dataclasses import replace
from functools import cache

import pytest

from model.data.idx import load_mnist, split
from model.messages import Message
from model.training.cures import cure
from model.training.diagnostics import hints
from model.training.history import EpochMetrics
from model.training.lessons import LESSONS
from model.training.loop import train
from model.training.recipe import Recipe

SEEDS = (0, 1, 2)


@cache
def trained(used: Recipe) -> tuple[list[EpochMetrics], dict[str, Message]]:
    """The history of a run, and the first of each kind of hint that was given on its way."""
    history: list[EpochMetrics] = []
    given: dict[str, Message] = {}
    for progress in train(used, split(load_mnist(), train_examples=used.train_examples)):
        if progress.state is not None:
            history = progress.state.history
            for hint in hints(history, used):
                given.setdefault(hint.code, hint)
    return history, given


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", LESSONS)
def test_a_broken_recipe_is_diagnosed_by_its_own_hint_whose_cure_is_the_lessons(
    name: str, seed: int
) -> None:
    lesson = LESSONS[name]
    broken = replace(lesson.broken, seed=seed)
    _, given = trained(broken)
    assert lesson.hint in given, list(given)
    assert cure(given[lesson.hint], broken) == lesson.change


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", LESSONS)
def test_the_cured_recipe_is_clearly_better_and_free_of_that_hint(name: str, seed: int) -> None:
    lesson = LESSONS[name]
    (*_, broken), _ = trained(replace(lesson.broken, seed=seed))
    (*_, cured), given = trained(replace(lesson.cured, seed=seed))
    assert lesson.hint not in given
    assert cured.validation_loss < 0.7 * broken.validation_loss
    assert cured.validation_accuracy > broken.validation_accuracy + 0.02


def test_the_gap_of_the_digits_known_by_heart_is_named_before_the_loss_rises() -> None:
    _, given = trained(LESSONS["overfitting"].broken)
    assert list(given) == ["hint.gap", "hint.overfits"]


@pytest.mark.parametrize("name", LESSONS)
def test_lessons_have_a_title_and_two_or_three_sentences(name: str) -> None:
    lesson = LESSONS[name]
    assert lesson.title
    assert 2 <= lesson.words.count(". ") + 1 <= 4
    assert lesson.broken.epochs * (lesson.broken.train_examples or 55_000) <= 30_000
