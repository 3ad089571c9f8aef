import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.commands.remote import Server
from model.serialization.checkpoint import dump_model, load_model, pretrained


@pytest.fixture(params=["store", "server"])
def where(request: pytest.FixtureRequest) -> list[str]:
    """The options for the local store, or for a running server."""
    return [] if request.param == "store" else ["--url", request.getfixturevalue("live_server")]


def listed(byhand: Any, where: list[str]) -> dict[str, dict[str, Any]]:
    ran = byhand("models", "list", "--json", *where)
    return {model["id"]: model for model in map(json.loads, ran.out.splitlines())}


def added(byhand: Any, where: list[str]) -> str:
    """Upload a copy of the bundled weights; its id."""
    Path("mine.npz").write_bytes(dump_model(pretrained()))
    before = set(listed(byhand, where))
    assert byhand("models", "upload", "mine.npz", *where).code == 0
    (new,) = set(listed(byhand, where)) - before
    return str(new)


def test_the_bundled_model_is_there_from_the_start(byhand: Any, where: list[str]) -> None:
    model = listed(byhand, where)["pretrained"]
    assert (model["layers"], model["activation"]) == ([784, 128, 10], "sigmoid")
    assert model["parameters"] == 101_770
    table = byhand("models", "list", *where).out
    assert "784-128-10" in table
    reached = model["test_accuracy"]
    assert reached is None or f"{reached:.2%}" in table


def test_show_says_all_that_is_known(byhand: Any, where: list[str]) -> None:
    ran = byhand("models", "show", "pretrained", *where)
    shown = json.loads(ran.out)
    assert shown["id"] == "pretrained"
    assert len(shown["sha256"]) == 64


def test_a_model_goes_in_predicts_comes_out_and_is_deleted(byhand: Any, where: list[str]) -> None:
    model = added(byhand, where)
    assert listed(byhand, where)[model]["name"] == "mine"

    assert byhand("models", "activate", model, *where).code == 0
    active = [name for name, entry in listed(byhand, where).items() if entry["active"]]
    assert active == [model]

    refused = byhand("models", "delete", model, *where)
    assert (refused.code, "active" in refused.err) == (1, True)

    assert byhand("models", "activate", "pretrained", *where).code == 0
    assert byhand("models", "download", model, "--output", "back.npz", *where).code == 0
    assert Path("back.npz").read_bytes() == Path("mine.npz").read_bytes()
    assert byhand("models", "delete", model, *where).code == 0
    assert model not in listed(byhand, where)


def test_a_download_is_named_after_the_model(byhand: Any, where: list[str]) -> None:
    assert byhand("models", "download", "pretrained", *where).code == 0
    assert load_model(Path("pretrained.npz")).parameters.count == 101_770


@pytest.mark.parametrize("command", ["show", "activate", "download", "delete"])
def test_an_unknown_model_is_one_line(byhand: Any, where: list[str], command: str) -> None:
    ran = byhand("models", command, "nobody", *where)
    assert ran.code == 1
    assert "There is no model 'nobody'" in ran.err
    assert ran.err.count("\n") == 1


def test_a_file_that_is_no_model_is_refused(byhand: Any, where: list[str]) -> None:
    Path("words.npz").write_text("these are words")
    before = listed(byhand, where)
    ran = byhand("models", "upload", "words.npz", *where)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert listed(byhand, where) == before


def test_many_models_are_listed_page_by_page(byhand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.commands.models.PAGE", 1)
    model = added(byhand, [])
    assert list(listed(byhand, [])) == [model, "pixels", "pretrained"]


def test_what_a_server_lists_is_asked_for_page_by_page(
    live_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.commands.remote.PAGE", 1)
    with Server(live_server) as server:
        ids = [each["id"] for each in server.items("/models")]
    assert len(ids) == len(set(ids))
    assert {"pixels", "pretrained"} <= set(ids)


def test_a_network_that_reads_no_digits_is_refused(byhand: Any, where: list[str]) -> None:
    arrays = {"W1": (784, 4), "b1": (4,), "W2": (4, 3), "b2": (3,)}
    np.savez("three.npz", **{name: np.zeros(shape, "f4") for name, shape in arrays.items()})
    ran = byhand("models", "upload", "three.npz", *where)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "W2: expected 10 columns, one for each digit, found 3" in ran.err
