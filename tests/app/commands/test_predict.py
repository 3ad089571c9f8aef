import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.commands.predict import picture
from model.data.idx import load_mnist_part
from model.serialization.checkpoint import pretrained


@pytest.fixture(params=["here", "on a server"])
def where(request: pytest.FixtureRequest) -> list[str]:
    """The options that have the picture read here, or on a running server."""
    if request.param == "here":
        return []
    return ["--url", request.getfixturevalue("live_server")]


def test_it_prints_the_digit_and_how_sure_it_is(
    byhand: Any, digit_png: Path, where: list[str]
) -> None:
    ran = byhand("predict", digit_png, *where)
    file, digit, confidence = ran.out.split()
    assert (ran.code, file, digit) == (0, str(digit_png), "7")
    assert 90 < float(confidence.removesuffix("%")) <= 100


def test_it_says_why_it_is_uncertain(byhand: Any, tmp_path: Path, where: list[str]) -> None:
    box = np.zeros((200, 200), np.uint8)
    box[40:160, 30:170] = 255
    file = tmp_path / "box.png"
    Image.fromarray(box).save(file)
    ran = byhand("predict", file, *where)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("%  This looks like a filled shape, not a digit.\n")
    answer = json.loads(byhand("predict", "--json", file, *where).out)
    assert answer["uncertain"] is True
    assert answer["reason"] in ran.out
    assert "kinds" not in answer


def test_json_is_one_object_a_line(byhand: Any, digit_png: Path, where: list[str]) -> None:
    ran = byhand("predict", "--json", digit_png, digit_png, *where)
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert [line["digit"] for line in lines] == [7, 7]
    assert set(lines[0]) >= {"file", "digit", "confidence", "probabilities", "uncertain", "model"}
    assert sum(lines[0]["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_show_draws_the_upright_digit(byhand: Any, digit_png: Path, where: list[str]) -> None:
    images, labels = load_mnist_part("test")
    upright = pretrained().upright(images[(labels == 7).argmax()].reshape(1, 784))[0] / 255
    ran = byhand("predict", "--show", digit_png, *where)
    assert picture(upright) in ran.out


def test_a_picture_has_a_character_for_two_pixels() -> None:
    seen = np.zeros(784, np.float32)
    seen[:28] = 1  # the first row, so half of each first pair
    lines = picture(seen).split("\n")
    assert len(lines) == 14
    assert lines[0] == "=" * 28
    assert set(lines[1:]) == {""}


def test_what_cannot_be_read_does_not_keep_the_rest_from_it(
    byhand: Any, digit_png: Path, tmp_path: Path, where: list[str]
) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a picture")
    ran = byhand("predict", "missing.png", text, digit_png, *where)
    assert ran.code == 1
    assert ran.out.split()[1] == "7"
    assert "byhand: missing.png: no such file or directory\n" in ran.err
    assert f"byhand: {text}: " in ran.err
    assert ran.err.endswith("byhand: 2 of 3 files could not be read.\n")
    assert ran.err.count("\n") == 3


def test_another_model_can_be_asked(byhand: Any, digit_png: Path) -> None:
    assert byhand("train", "--epochs", 1, "--train-examples", 50, "--output", "poor.npz").code == 0
    sure = json.loads(byhand("predict", "--json", digit_png).out)
    unsure = json.loads(byhand("predict", "--json", "--model", "poor.npz", digit_png).out)
    assert unsure["model"] == "poor.npz"
    assert unsure["confidence"] < sure["confidence"]


def test_a_model_that_is_none_is_refused(byhand: Any, digit_png: Path) -> None:
    ran = byhand("predict", "--model", digit_png, digit_png)
    assert (ran.code, ran.err.count("\n")) == (1, 1)


def test_a_server_that_is_away_is_said_once_for_each_file(byhand: Any, digit_png: Path) -> None:
    ran = byhand("predict", "--url", "http://127.0.0.1:9", digit_png)
    assert ran.code == 1
    assert "http://127.0.0.1:9 does not answer" in ran.err
    assert "Is byhand running there?" in ran.err
