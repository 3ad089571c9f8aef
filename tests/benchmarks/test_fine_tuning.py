"""Fine-tuning is measured on styles that really are misread, and on drawings not learnt."""

import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from model.serialization.checkpoint import BUNDLED, bundled
from model.training.recipe import PRESETS

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def styles(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return import_module("hand_styles")


@pytest.fixture
def fine_tuning(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return import_module("fine_tuning")


@pytest.mark.parametrize("name", BUNDLED)
def test_each_style_is_misread_by_the_bundled_networks_today(name: str, styles: Any) -> None:
    network = bundled(name)
    for style, (digit, _) in styles.STYLES.items():
        drawn = styles.draw_style(style, 200, np.random.default_rng(9))
        assert drawn.images.shape == (200, 784)
        assert set(drawn.labels) == {digit}
        wrong = (network.probabilities(drawn.images).argmax(axis=1) != digit).mean()
        assert wrong > 0.2, style


def test_the_same_seed_draws_the_same_and_no_two_drawings_are_alike(styles: Any) -> None:
    one, other = (
        styles.draw_style("open 4", 40, np.random.default_rng(3)).images for _ in range(2)
    )
    np.testing.assert_array_equal(one, other)
    assert len(np.unique(one, axis=0)) == 40


def test_a_row_for_each_style_tells_before_and_after(
    fine_tuning: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quick = replace(PRESETS["hand"], epochs=2, train_examples=500, drawn_examples=0)
    monkeypatch.setitem(PRESETS, "hand", quick)
    monkeypatch.setattr(sys, "argv", ["fine_tuning.py", "--seeds", "1", "--models", "pixels"])
    fine_tuning.main()
    _, _, *rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 5
    cells = [cell.strip() for cell in rows[1].strip("|").split("|")]
    assert cells[:2] == ["pixels", "7 like a Z"]
    before, after = (float(cell.split()[0]) for cell in cells[2:4])
    assert before < 20 < after


def test_the_picture_has_a_row_for_each_style(
    fine_tuning: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "styles.png"
    monkeypatch.setattr(sys, "argv", ["fine_tuning.py", "--picture", str(file)])
    fine_tuning.main()
    with Image.open(file) as picture:
        assert picture.height == 5 * 28 * 2
