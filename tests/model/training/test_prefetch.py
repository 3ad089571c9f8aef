import threading
from collections.abc import Iterator

import pytest

from model.training.prefetch import prefetch


def test_gives_the_same_items_in_the_same_order() -> None:
    assert list(prefetch(range(1, 6))) == [1, 2, 3, 4, 5]
    assert list(prefetch(())) == []


def test_the_next_item_is_made_in_another_thread_while_one_is_used() -> None:
    begun = [threading.Event() for _ in range(3)]
    threads = set()

    def items() -> Iterator[int]:
        for number, event in enumerate(begun):
            threads.add(threading.get_ident())
            event.set()
            yield number

    coming = prefetch(items())
    assert next(coming) == 0
    assert begun[1].wait(10)  # without anybody having asked for it
    assert not begun[2].is_set()
    assert list(coming) == [1, 2]
    assert threading.get_ident() not in threads


def test_what_making_an_item_raises_is_raised_in_its_turn() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no second item")

    coming = prefetch(items())
    assert next(coming) == 1
    with pytest.raises(ValueError, match="no second item"):
        next(coming)


def test_whoever_stops_early_leaves_no_thread_behind() -> None:
    coming = prefetch(range(1, 100))
    next(coming)
    coming.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("prefetch")]
