"""`byhand check FILE.py`: verdicts, mistakes and the portrait of a student's file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.commands.portrait import HEIGHT, WIDTH, drawn
from app.routes.template import read_words
from model.exercises import SlopePortrait
from model.messages import Message, say
from tests.app.sandbox.test_run import DICT, NETWORK, RIGHT, TEXT

GOOD = RIGHT % ("pass", DICT)
ROOT = Path(__file__).parents[3]


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "mine.py"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("text", [GOOD, TEXT, TEXT + NETWORK.replace("(8, 5, 4)", "self.sizes")])
@pytest.mark.parametrize("level", [1, 5, 10])
def test_all_is_right(byhand: Any, tmp_path: Path, text: str, level: int) -> None:
    ran = byhand("check", written(tmp_path, text), "--level", level)
    assert ran.code == 0, ran.err
    assert "All gradients are right." in ran.out
    assert ran.out.count(" right ") >= 4


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("* H * (1 - H)", "* 1", "30. σ′ forgotten"),
        (") / len(X)", ")", "1. no 1/m"),
        (") / len(X)", ") / len(X) * 2", "5. a factor 2"),
        ("D2.sum(axis=0)", "D2.mean(axis=0)", "27. a mean in place of the sum"),
    ],
)
def test_a_mistake_is_named_and_the_exit_code_says_so(
    byhand: Any, tmp_path: Path, old: str, new: str, name: str
) -> None:
    ran = byhand("check", written(tmp_path, GOOD.replace(old, new)), "--seed", 3)
    assert ran.code == 1
    assert name in ran.out
    assert "The mistake" in ran.out
    assert "Not all gradients are right yet." in ran.err


def test_a_step_is_judged_by_what_it_moved(byhand: Any, tmp_path: Path) -> None:
    early = TEXT.replace("    dz1", "    model.w2 -= learning_rate * dw2\n    dz1", 1)
    early = early.replace("    model.w2 -= learning_rate * dw2\n    model.b2", "    model.b2")
    ran = byhand("check", written(tmp_path, early))
    assert ran.code == 1
    assert "35. W2 updated before it was used" in ran.out
    assert "W2 − 0.5 dW2" in ran.out


def test_what_is_kept_between_calls_is_told_apart_from_a_factor(
    byhand: Any, tmp_path: Path
) -> None:
    kept = GOOD.replace("def backprop", "total = {}\ndef backprop")
    kept = kept.replace(
        f"return {DICT}",
        f"found = {DICT}\n"
        "    for name, g in found.items():\n"
        "        found[name] = total[name] = total.get(name, 0 * g) + g if "
        "total.get(name, g).shape == g.shape else g\n"
        "    return found",
    )
    ran = byhand("check", written(tmp_path, kept))
    assert ran.code == 1
    assert "9. gradients added to those of the call before" in ran.out
    assert "A second call with the same batch" in ran.out


@pytest.mark.parametrize("columns", [80, 40])
def test_hints_stand_whole_below_the_table(
    byhand: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """A column of the table would have had thirty characters for them."""
    monkeypatch.setenv("COLUMNS", str(columns))
    ran = byhand("check", written(tmp_path, GOOD.replace("* H * (1 - H)", "* 1")))
    words = str(Message("exercise_hint.dW1", {}))
    assert f"dW1: {words}" in " ".join(ran.out.split())
    lines = ran.out.split("\n")
    start = next(at for at, line in enumerate(lines) if line.startswith("dW1: "))
    assert len(lines[start]) > columns - 15
    assert all(len(line) <= columns for line in lines[: start + 3])


def test_where_no_mistake_is_named_that_is_said_as_the_page_says_it(
    byhand: Any, tmp_path: Path
) -> None:
    odd = GOOD.replace("return {", "D1.flat[3] += 1; D2.flat[2] -= 2; return {", 1)
    ran = byhand("check", written(tmp_path, odd))
    assert ran.code == 1
    assert "The mistake" not in ran.out
    assert say("check.unknown") in " ".join(ran.out.split())
    words = read_words(ROOT / "static" / "words" / "exercises" / "en.js")
    assert words["result"]["unknown"] == say("check.unknown")


def test_a_gradient_that_is_not_asked_for_may_be_left_out(byhand: Any, tmp_path: Path) -> None:
    less = written(tmp_path, RIGHT % ("pass", "{'dW2': H.T @ D2, 'db2': D2.sum(axis=0)}"))
    for level, code in (("1", 0), ("10", 1)):
        ran = byhand("check", less, "--level", level)
        assert ran.code == code, ran.err
        assert ("dW1" in ran.out) == (level == "10")


def test_chance_is_told_once_without_a_mistake(byhand: Any, tmp_path: Path) -> None:
    random = "D1 *= np.random.rand()\n    print('called')\n    return {"
    ran = byhand("check", written(tmp_path, GOOD.replace("return {", random, 1)))
    assert ran.code == 1
    assert ran.out.count("called") == 1
    assert ran.out.count("dW1, db1: differs from call to call: is something random in it") == 1
    assert say("check.unknown")[:40] not in ran.out


def test_help_and_the_document_name_the_signatures(byhand: Any) -> None:
    document = (ROOT / "docs" / "mistakes.md").read_text(encoding="utf-8")
    told = byhand("check", "--help").out
    for signature in (
        "backprop(X, y, params)",
        "backprop(X, y, W1, b1, W2, b2)",
        "backprop(X, y, model, learning_rate)",
    ):
        assert signature in " ".join(told.replace("│", " ").split())
        assert signature in document
        assert signature in say("check.accepted")


def test_json_is_the_services_answer(byhand: Any, tmp_path: Path) -> None:
    ran = byhand("check", written(tmp_path, GOOD.replace("* H * (1 - H)", "* 1")), "--json")
    answer = json.loads(ran.out)
    assert ran.code == 1
    assert answer["exercise"] == "5-0"
    assert answer["explanations"] == [[30]]
    assert np.allclose(answer["slope"]["slope"], 1)


def test_the_sum_is_right_where_it_is_said(byhand: Any, tmp_path: Path) -> None:
    file = written(tmp_path, GOOD.replace(") / len(X)", ")"))
    assert byhand("check", file).code == 1
    assert byhand("check", file, "--convention", "sum").code == 0
    ran = byhand("check", file, "--convention", "median")
    assert ran.code == 1
    assert "say one of mean, sum" in ran.err


def test_what_it_prints_is_shown_and_what_it_lacks_is_said(byhand: Any, tmp_path: Path) -> None:
    ran = byhand("check", written(tmp_path, "print('so far')\n1 / 0\n"))
    assert ran.code == 1
    assert "so far" in ran.out
    assert "ZeroDivisionError" in ran.err
    assert "mine.py:2: 1 / 0" in ran.err
    missing = byhand("check", tmp_path / "none.py")
    assert missing.code == 2
    assert "there is no such file" in missing.err
    assert byhand("check", written(tmp_path, GOOD), "--level", 11).code == 2


@pytest.mark.parametrize(("encoding", "mark"), [("utf-8", "●"), ("ascii", "o")])
def test_the_portrait_has_the_students_points_where_they_are(encoding: str, mark: str) -> None:
    h = np.array([0.0, 0.5, 1.0])
    picture = drawn(SlopePortrait(h, np.array([1.0, 1.0, 0.0]), h * (1 - h)), encoding)
    rows = picture.split("\n")
    assert len(rows) == HEIGHT
    assert rows[0].startswith(mark)
    assert rows[0][(WIDTH - 1) // 2] == mark
    assert rows[-1][WIDTH - 1] == mark
    picture.encode(encoding)
