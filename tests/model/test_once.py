"""What is made once for all threads."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.jobs.ending import dataset
from app.serving.evaluation import load_test_digits
from model.confidence.detector import detector
from model.once import once
from model.serialization.snapshots import bundled_snapshots


def test_threads_that_ask_at_once_share_one_making() -> None:
    made: list[object] = []
    together = threading.Barrier(8)

    @once
    def slow() -> object:
        made.append(object())
        time.sleep(0.05)  # so that the others come meanwhile
        return made[-1]

    def ask() -> object:
        together.wait()
        return slow()

    with ThreadPoolExecutor(8) as threads:
        found = {future.result() for future in [threads.submit(ask) for _ in range(8)]}
    assert found == set(made)
    assert len(made) == 1


def test_a_failure_is_not_kept() -> None:
    fails = [True]

    @once
    def made() -> int:
        if fails.pop():
            raise OSError("not yet")
        return 7

    with pytest.raises(OSError, match="not yet"):
        made()
    fails.append(False)
    assert made() == made() == 7


@pytest.mark.parametrize("shared", [dataset, load_test_digits, detector, bundled_snapshots])
def test_what_is_large_and_shared_by_threads_is_made_once(shared: object) -> None:
    assert shared.__code__ is once(lambda: None).__code__  # type: ignore[attr-defined]
