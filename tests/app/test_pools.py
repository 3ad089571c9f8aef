"""Work in threads: kinds apart, queues bounded, and nothing done for clients that have gone."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from app.errors import ClientGone, TooMany
from app.pools import Pool, heed

SECONDS = 30  # that a busy machine may take for what takes a moment


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """Work waits for this event; it is set at the end, so that no thread is left."""
    event = threading.Event()
    yield event
    event.set()


async def stay() -> dict[str, Any]:
    await asyncio.sleep(3600)
    return {"type": "http.disconnect"}


def leaving(after: asyncio.Event) -> Any:
    async def receive() -> dict[str, Any]:
        await after.wait()
        return {"type": "http.disconnect"}

    return receive


async def begun(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, SECONDS)


def test_the_result_or_the_error_of_the_work_comes_back() -> None:
    async def ask() -> int:
        pool = Pool("test", 1, 1)
        with pytest.raises(ZeroDivisionError):
            await pool.run(stay, lambda: 1 // 0)
        assert await pool.run(None, max, 1, 2) == 2
        return await pool.run(stay, max, 3, 4)

    assert asyncio.run(ask()) == 4


def test_too_much_work_of_a_kind_is_refused_and_another_kind_goes_on(
    held: threading.Event,
) -> None:
    async def ask() -> None:
        slow, other = Pool("slow", 1, 2), Pool("other", 1, 0)
        tasks = [asyncio.create_task(slow.run(stay, held.wait, SECONDS)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(TooMany) as refused:
            await slow.run(stay, held.wait)
        assert int(refused.value.headers["Retry-After"]) >= 1
        assert await other.run(stay, max, 1, 2) == 2
        held.set()
        assert await asyncio.gather(*tasks) == [True] * 3
        assert await slow.run(stay, max, 1, 2) == 2

    asyncio.run(ask())


def test_work_whose_client_goes_ends_at_its_next_heed() -> None:
    ended = threading.Event()
    started = threading.Event()

    def work() -> None:
        try:
            while True:
                started.set()
                heed()
                time.sleep(0.001)
        finally:
            ended.set()

    async def ask() -> None:
        pool, gone = Pool("test", 1, 0), asyncio.Event()
        asking = asyncio.create_task(pool.run(leaving(gone), work))
        await begun(started)
        gone.set()
        with pytest.raises(ClientGone):
            await asking
        await begun(ended)

    asyncio.run(ask())


def test_a_request_that_is_cancelled_ends_its_work_too() -> None:
    ended, started = threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        try:
            while True:
                heed()
                time.sleep(0.001)
        finally:
            ended.set()

    async def ask() -> None:
        asking = asyncio.create_task(Pool("test", 1, 0).run(None, work))
        await begun(started)
        asking.cancel()
        await begun(ended)

    asyncio.run(ask())


class Body:
    """Stands for megabytes."""


def test_work_that_waits_is_never_begun_for_a_client_that_has_gone(held: threading.Event) -> None:
    done: list[Body] = []

    async def ask() -> None:
        pool, gone = Pool("test", 1, 1), asyncio.Event()
        first = asyncio.create_task(pool.run(stay, held.wait, SECONDS))
        body = Body()
        kept = weakref.ref(body)
        second = asyncio.create_task(pool.run(leaving(gone), done.append, body))
        await asyncio.sleep(0)
        del body
        gone.set()
        with pytest.raises(ClientGone):
            await second
        del second
        await asyncio.sleep(0.01)  # for the loop to forget it
        gc.collect()
        assert kept() is None  # although its place in the queue comes later
        third = asyncio.create_task(pool.run(stay, done.append, Body()))  # there is room again
        held.set()
        await asyncio.gather(first, third)
        assert len(done) == 1

    asyncio.run(ask())


def test_outside_of_a_pool_nobody_can_have_gone() -> None:
    heed()


def test_a_part_of_an_answer_that_has_begun_waits_for_room(held: threading.Event) -> None:
    async def ask() -> None:
        pool = Pool("test", 1, 0)
        first = asyncio.create_task(pool.run(None, held.wait, SECONDS))
        await asyncio.sleep(0)
        second = asyncio.create_task(pool.wait(max, 1, 2))
        await asyncio.sleep(0.2)
        assert not second.done()
        held.set()
        assert await first
        assert await second == 2
        with pytest.raises(ZeroDivisionError):
            await pool.wait(lambda: 1 // 0)

    asyncio.run(ask())
