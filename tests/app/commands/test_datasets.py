import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.serialization.checkpoint import load_model
from tests.shapes import KINDS, draw, png, shapes_zip


@pytest.fixture(params=["store", "server"])
def where(request: pytest.FixtureRequest) -> list[str]:
    """The options for the local store, or for a running server."""
    return [] if request.param == "store" else ["--url", request.getfixturevalue("live_server")]


@pytest.fixture
def things(tmp_path: Path) -> Path:
    path = tmp_path / "things.zip"
    path.write_bytes(shapes_zip(train=12, test=3))
    return path


def listed(byhand: Any, where: list[str]) -> list[dict[str, Any]]:
    ran = byhand("datasets", "list", "--json", *where)
    return [json.loads(line) for line in ran.out.splitlines()]


def test_a_data_set_is_added_listed_learnt_and_deleted(
    byhand: Any, where: list[str], things: Path
) -> None:
    before = len(listed(byhand, where))
    added = byhand("datasets", "add", things, *where)
    assert added.code == 0, added.err
    assert "none was cropped" in added.out
    assert "100 + 20 training pictures, 30 for testing." in added.out
    made = listed(byhand, where)[0]
    assert (made["name"], made["classes"]) == ("things", list(KINDS))
    assert made["id"] in byhand("datasets", "list", *where).out
    assert json.loads(byhand("datasets", "show", made["id"], *where).out) == made
    ran = byhand("train", "--dataset", made["id"], "--epochs", 1, "--output", "mine.npz", *where)
    assert ran.code == 0, ran.err
    model = load_model(Path("mine.npz"))
    assert (model.dataset, model.classes) == (made["id"], KINDS)
    assert byhand("datasets", "delete", made["id"], *where).code == 0
    assert len(listed(byhand, where)) == before
    gone = byhand("datasets", "show", made["id"], *where)
    assert gone.code == 1
    assert "There is no data set" in gone.err


@pytest.mark.parametrize("option", ["--dataset", "--data"])
def test_a_zip_or_a_directory_is_learnt_without_a_store(
    byhand: Any, things: Path, option: str
) -> None:
    with zipfile.ZipFile(things) as archive:
        archive.extractall("unpacked")
    for path in (things, Path("unpacked")):
        output = Path(f"{path.stem}.npz")
        ran = byhand("train", option, path, "--epochs", 1, "--output", output)
        assert ran.code == 0, ran.err
        assert "none was cropped" in ran.out
        assert "of 30 images" in ran.out
    Path("thing.png").write_bytes(png(draw("ring", np.random.default_rng(0))))
    read = byhand("predict", "thing.png", "--model", "unpacked.npz")
    assert read.out.split()[1] in KINDS


def test_a_directory_is_sent_to_a_server_as_a_zip(
    byhand: Any, things: Path, live_server: str
) -> None:
    with zipfile.ZipFile(things) as archive:
        archive.extractall("unpacked")
    added = byhand("datasets", "add", "unpacked", "--name", "sent", "--url", live_server)
    assert added.code == 0, added.err
    assert listed(byhand, ["--url", live_server])[0]["name"] == "sent"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("train", "--dataset", "nowhere"), 2, "neither a directory, a zip nor the id"),
        (("train", "--dataset", "no/where"), 2, "no/where is neither"),
        (("train", "--dataset", "digit.png"), 1, "not a whole zip"),
        (("train", "--dataset", "empty"), 1, "neither IDX files nor pictures"),
        (("datasets", "add", "digit.png"), 1, "not a whole zip"),
        (("datasets", "add", "nowhere.zip"), 1, "nowhere.zip: no such file"),
        (("datasets", "add", "empty", "--orientation", "left"), 2, "found left"),
        (("datasets", "delete", "nothing"), 1, "There is no data set 'nothing'"),
    ],
)
def test_what_cannot_be_is_said_on_one_line(
    byhand: Any, digit_png: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    Path("empty").mkdir()
    ran = byhand(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
    assert ran.err.count("\n") == 1
