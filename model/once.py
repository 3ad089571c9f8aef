"""What is made at the first call and shared by all threads: made once, however many ask at once.

`functools.cache` keeps a result as well, but threads that call before there is one each make their
own. The other caches of this code hold what is small, or are filled by one thread alone.
"""

import threading
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

__all__ = ["once"]

T = TypeVar("T")


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Keep what `make()` returns; calls meanwhile wait for it. What it raises is not kept."""
    lock = threading.Lock()
    made: list[T] = []

    @wraps(make)
    def get() -> T:
        if not made:
            with lock:
                if not made:
                    made.append(make())
        return made[0]

    return get
