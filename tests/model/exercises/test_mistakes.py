"""The table of mistakes: forty rows, each with its forms and its sentences."""

from pathlib import Path

import numpy as np
import pytest

from model.exercises import MISTAKES, Mistake, exercise, mistake, right_gradients, wrong_gradients
from model.exercises.mistakes import KINDS

DOCS = Path(__file__).parents[3] / "docs" / "mistakes.md"


def test_every_row_has_a_form_and_forms_have_names_of_their_own() -> None:
    assert {each.number for each in MISTAKES} == set(range(1, KINDS + 1))
    names = [each.form for each in MISTAKES]
    assert len(set(names)) == len(names)
    assert mistake(30).form == "no_slope"
    assert mistake("relu_slope").number == 33
    with pytest.raises(KeyError):
        mistake("none")


@pytest.mark.parametrize("each", MISTAKES, ids=lambda each: each.form)
def test_every_form_changes_the_gradients(each: Mistake) -> None:
    task = exercise(5, 1)
    wrong = wrong_gradients(task.parameters, task.X, task.targets, each)
    right = right_gradients(task)
    assert any(
        wrong[name].shape != g.shape or np.abs(wrong[name] - g).max() > 1e-4 * np.abs(g).max()
        for name, g in right.items()
    )


def test_the_docs_tell_of_every_row_in_the_same_words() -> None:
    text = DOCS.read_text()
    for number in range(1, KINDS + 1):
        assert f"| {number} | {mistake(number).name} | {mistake(number).hint} |" in text
