"""Samples in the store: each drawing once, with one label; what is damaged hides no others."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from sqlalchemy import update

from app.errors import Conflict, InsufficientStorage, NotFound
from app.store import samples
from app.store.engine import Database
from app.store.tables import SampleRow
from model.data.samples import Samples, Strokes

MANY = 100
STROKES: Strokes = [[(0.1, 0.2), (1 / 3, 1.0)], [(0.0, 0.5)]]


def drawn(*labels: int, first: int = 0, strokes: tuple[Strokes, ...] = ()) -> Samples:
    """Drawings of which each is another, the first the one of number `first`."""
    images = np.zeros((len(labels), 784), np.uint8)
    for row in range(len(labels)):
        images[row, 100 : 103 + row + first] = 255
    return Samples(images, np.array(labels, np.uint8), strokes)


def add(database: Database, given: Samples, most: int = MANY) -> list[str]:
    """Add those that are not there yet; their ids."""
    with database.begin() as session:
        return [row.id for row in samples.add(session, samples.unknown(session, given), most)]


def everything(database: Database) -> Samples:
    with database.read() as session:
        return samples.everything(session)


def test_what_is_added_comes_back_in_its_order(database: Database) -> None:
    given = drawn(3, 1, 2, strokes=(STROKES, [], STROKES))
    ids = add(database, given)
    found = everything(database)
    assert np.array_equal(found.images, given.images)
    assert found.labels.tolist() == [3, 1, 2]
    assert [[len(stroke) for stroke in strokes] for strokes in found.strokes] == [
        [2, 1],
        [],
        [2, 1],
    ]
    np.testing.assert_allclose(found.strokes[2][0], [(0.1, 0.2), (0.3333, 1.0)], atol=1e-7)
    with database.read() as session:
        assert samples.count(session) == 3
        shown = [samples.api_data(samples.get(session, id)) for id in ids]
    assert [each["label"] for each in shown] == [3, 1, 2]
    assert [each["strokes"] for each in shown] == [
        [[[0.1, 0.2], [0.3333, 1.0]], [[0.0, 0.5]]],
        None,
        [[[0.1, 0.2], [0.3333, 1.0]], [[0.0, 0.5]]],
    ]


def test_an_empty_store_gives_none(database: Database) -> None:
    found = everything(database)
    assert (found.images.shape, len(found), found.strokes) == ((0, 784), 0, ())
    assert add(database, found) == []


def test_the_same_drawing_is_stored_once(database: Database) -> None:
    given = drawn(3, 1)
    twice = Samples(np.tile(given.images, (2, 1)), np.tile(given.labels, 2))
    ids = add(database, twice)
    assert len(ids) == 2
    assert add(database, given) == []
    with database.read() as session:
        assert samples.by_pixels(session, given.images[1]).id == ids[1]


def test_labels_that_disagree_are_told_and_add_nothing(database: Database) -> None:
    (id,) = add(database, drawn(3))
    with pytest.raises(Conflict, match=f"This drawing is stored already, as a 3.*{id}.*a 4"):
        add(database, drawn(4))
    with pytest.raises(Conflict, match="Sample 1 is stored already, as a 3"):
        add(database, drawn(4, 4))
    two = Samples(np.tile(drawn(5, first=5).images, (2, 1)), np.array([5, 6], np.uint8))
    with pytest.raises(Conflict, match=r"Samples 1 and 2 are the same.*a 5 and the other a 6"):
        add(database, two)
    assert everything(database).labels.tolist() == [3]


def test_more_than_the_quota_are_refused_together(database: Database) -> None:
    add(database, drawn(1, 2), most=3)
    with pytest.raises(InsufficientStorage, match=r"2 samples are stored and at most 3.*add 2"):
        add(database, drawn(1, 2, 3, 4), most=3)
    assert len(everything(database)) == 2
    add(database, drawn(1, 2, 3), most=3)
    add(database, drawn(1, 2, 3), most=2)  # nothing new
    assert len(everything(database)) == 3


def test_pages_go_from_the_newest_to_the_oldest_and_miss_none(database: Database) -> None:
    ids = add(database, drawn(*range(5)))
    found: list[str] = []
    cursor = None
    for _ in range(3):
        with database.read() as session:
            rows, cursor = samples.page(session, 2, cursor)
        found += [row.id for row in rows]
    assert found == ids[::-1]
    assert cursor is None


@pytest.mark.parametrize("id", ["", "nothing", "é\0", "x" * 5000])
def test_an_unknown_sample_is_not_found(database: Database, id: str) -> None:
    with database.begin() as session:
        for ask in (samples.get, samples.delete_one):
            with pytest.raises(NotFound, match="no sample"):
                ask(session, id)
        with pytest.raises(NotFound):
            samples.by_pixels(session, drawn(1).images[0])


def test_one_is_deleted_or_all(database: Database) -> None:
    ids = add(database, drawn(1, 2, 3))
    with database.begin() as session:
        samples.delete_one(session, ids[1])
    assert everything(database).labels.tolist() == [1, 3]
    with database.begin() as session:
        samples.delete_all(session)
    assert len(everything(database)) == 0


def test_many_that_add_the_same_at_once_add_it_once(database: Database) -> None:
    given, start = drawn(*[1] * 20), threading.Barrier(4)
    added: list[int] = []

    def one_of_four() -> None:
        start.wait()
        added.append(len(add(database, given)))

    threads = [threading.Thread(target=one_of_four) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(added) == [0, 0, 0, 20]


@pytest.mark.parametrize(
    "values",
    [
        {"label": 11},
        {"pixels": b"\1" * 784},
        {"pixels": b""},
        {"points": b"odd"},
        {"created_at": 1e300},
    ],
)
def test_a_damaged_row_is_shown_blank_and_hides_no_other(
    database: Database, values: dict[str, Any]
) -> None:
    ids = add(database, drawn(1, 2, strokes=(STROKES, STROKES)))
    with database.begin() as session:
        session.execute(update(SampleRow).where(SampleRow.id == ids[0]).values(**values))
    with database.read() as session:
        shown = [samples.api_data(row) for row in samples.page(session, 9, None)[0]]
    assert [each["id"] for each in shown] == ids[::-1]
    assert (shown[0]["label"], sum(shown[1]["pixels"])) == (2, 0)
    if "created_at" not in values:  # which nobody learns
        assert everything(database).labels.tolist() == [2]
    with database.begin() as session:
        samples.delete_one(session, ids[0])
