"""A question to the store that waits no longer than who asks."""

import asyncio
import threading
import time

from app.errors import StoreError
from app.serving.probe import Probe


def test_the_answer_is_the_stores() -> None:
    assert asyncio.run(Probe(lambda: 7).ask()) == 7


def test_a_store_that_is_away_gives_none() -> None:
    def away() -> int:
        raise StoreError(logged="no route to host")

    assert asyncio.run(Probe(away).ask()) is None


def test_of_a_silent_store_all_hear_within_a_second_and_it_takes_one_thread() -> None:
    wake, asked = threading.Event(), []

    def silent() -> int:
        asked.append(1)
        wake.wait(60)
        return 7

    async def run() -> None:
        probe, began = Probe(silent), time.monotonic()
        assert await asyncio.gather(*(probe.ask() for _ in range(50))) == [None] * 50
        assert await probe.ask() is None
        assert time.monotonic() - began < 30  # two waits of less than a second, for each
        assert len(asked) == 1
        wake.set()
        while await probe.ask() is None:  # it answers the old question first
            await asyncio.sleep(0.01)

    asyncio.run(run())
