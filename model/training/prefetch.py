"""The next item is made while the last one is used."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["prefetch"]

Item = TypeVar("Item")


def prefetch(items: Iterable[Item]) -> Iterator[Item]:
    """The same items in the same order, none of them None, each made in a second thread.

    It is one item ahead. NumPy lets other threads run while it is in its loops and products, so
    with two cores the making and the using overlap. What making an item raises is raised when its
    turn comes.
    """
    iterator = iter(items)
    with ThreadPoolExecutor(1, "prefetch") as second:
        coming = second.submit(next, iterator, None)
        while (item := coming.result()) is not None:
            coming = second.submit(next, iterator, None)
            yield item
