"""Prefetching: the next item is computed in a second thread while the caller uses the last one."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["prefetch"]

Item = TypeVar("Item")


def prefetch(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the same items in the same order, each computed in a second thread, one ahead.

    No item may be None. NumPy releases the global interpreter lock in its loops and products, so on
    two cores the production of items overlaps with their use. An exception raised by `items` is
    raised when its item's turn comes.
    """
    iterator = iter(items)
    with ThreadPoolExecutor(1, "prefetch") as second:
        coming = second.submit(next, iterator, None)
        while (item := coming.result()) is not None:
            coming = second.submit(next, iterator, None)
            yield item
