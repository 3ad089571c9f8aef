"""`byhand samples …`, on the local store and on a server alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from model.data.samples import Samples
from model.serialization.samples import dump_samples, load_samples
from tests.app.store.test_samples import STROKES, drawn


@pytest.fixture(params=["store", "server"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[str]]:
    """The options for the local store, or for a running server; neither has samples."""
    if request.param == "store":
        yield []
    else:
        address = request.getfixturevalue("live_server")
        httpx.delete(f"{address}/samples").raise_for_status()
        yield ["--url", address]
        httpx.delete(f"{address}/samples").raise_for_status()


GIVEN = drawn(3, 1, 2, strokes=(STROKES, [], []))


def listed(byhand: Any, where: list[str]) -> list[dict[str, Any]]:
    ran = byhand("samples", "list", "--json", *where)
    return [json.loads(line) for line in ran.out.splitlines()]


def imported(byhand: Any, where: list[str], given: Samples = GIVEN) -> Any:
    Path("mine.npz").write_bytes(dump_samples(given))
    return byhand("samples", "import", "mine.npz", *where)


def test_a_file_goes_in_is_listed_and_comes_out(byhand: Any, where: list[str]) -> None:
    assert "3 added; 0 were there already." in imported(byhand, where).out
    assert "0 added; 3 were there already." in imported(byhand, where).out
    found = listed(byhand, where)
    assert [each["label"] for each in found] == [2, 1, 3]
    assert found[2]["strokes"] == [[[0.1, 0.2], [0.3333, 1.0]], [[0.0, 0.5]]]
    table = byhand("samples", "list", *where).out
    assert all(each["id"] in table for each in found)
    assert "Saved as out.npz." in byhand("samples", "export", "out.npz", *where).out
    back = load_samples(Path("out.npz"))
    assert np.array_equal(back.images, GIVEN.images)
    assert back.labels.tolist() == [3, 1, 2]


def test_one_is_deleted_or_all(byhand: Any, where: list[str]) -> None:
    imported(byhand, where)
    first = listed(byhand, where)[0]["id"]
    assert f"{first} is deleted." in byhand("samples", "delete", first, *where).out
    assert [each["label"] for each in listed(byhand, where)] == [1, 3]
    assert "All samples are deleted." in byhand("samples", "delete", "--all", *where).out
    assert listed(byhand, where) == []
    assert byhand("samples", "list", *where).code == 0


@pytest.mark.parametrize("arguments", [[], [""], ["x", "--all"]])
def test_delete_wants_one_or_all(byhand: Any, where: list[str], arguments: list[str]) -> None:
    imported(byhand, where)
    ran = byhand("samples", "delete", *arguments, *where)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert len(listed(byhand, where)) == 3


def test_an_unknown_sample_is_one_line(byhand: Any, where: list[str]) -> None:
    ran = byhand("samples", "delete", "nobody", *where)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "There is no sample 'nobody'" in ran.err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (b"words", "npz"),
        (dump_samples(drawn(3, 11)), "0 to 9, found 11"),
        (dump_samples(Samples(GIVEN.images * 0, GIVEN.labels)), "Sample 1"),
        (dump_samples(Samples(GIVEN.images, GIVEN.labels + 1)), "stored already, as a 3"),
    ],
)
def test_a_file_that_does_not_fit_is_one_line_and_adds_nothing(
    byhand: Any, where: list[str], given: bytes, words: str
) -> None:
    imported(byhand, where)
    Path("bad.npz").write_bytes(given)
    ran = byhand("samples", "import", "bad.npz", *where)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert words in ran.err
    assert len(listed(byhand, where)) == 3


def test_a_file_that_is_not_there_is_one_line(byhand: Any, where: list[str]) -> None:
    ran = byhand("samples", "import", "nowhere.npz", *where)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "nowhere.npz" in ran.err
    ran = byhand("samples", "export", "no/where.npz", *where)
    assert (ran.code, "does not exist" in ran.err) == (1, True)


def test_the_local_store_has_its_limit_too(byhand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_MAX_SAMPLES", "2")
    ran = imported(byhand, [])
    assert (ran.code, "BYHAND_MAX_SAMPLES" in ran.err) == (1, True)
    assert listed(byhand, []) == []


def test_what_is_there_can_be_deleted_where_samples_are_off(
    byhand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(byhand, [])
    monkeypatch.setenv("BYHAND_SAMPLES", "off")
    assert byhand("samples", "delete", "--all").code == 0
    assert listed(byhand, []) == []


def test_many_samples_are_listed_page_by_page(byhand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.commands.samples.PAGE", 1)
    imported(byhand, [])
    assert [each["label"] for each in listed(byhand, [])] == [2, 1, 3]


def test_an_export_overwrites_nothing_and_writes_no_empty_file(
    byhand: Any, where: list[str]
) -> None:
    byhand("samples", "delete", "--all", *where)
    none = byhand("samples", "export", "out.npz", *where)
    assert (none.code, "there is no sample to export" in none.err) == (1, True)
    assert not Path("out.npz").exists()
    imported(byhand, where)
    Path("out.npz").write_bytes(b"mine")
    there = byhand("samples", "export", "out.npz", *where)
    assert (there.code, "is there already" in there.err) == (1, True)
    assert Path("out.npz").read_bytes() == b"mine"
