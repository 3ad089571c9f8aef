import asyncio
import threading

import pytest

from app.errors import TooMany
from app.imaging import budget
from app.imaging.budget import Budget, Share


def test_what_fits_is_given_at_once_and_the_rest_in_turn() -> None:
    async def use() -> None:
        memory, order = Budget(10), []

        async def work(name: str, amount: int) -> None:
            share = await memory.take(amount)
            order.append(name)
            await asyncio.sleep(0)
            share.during(lambda: None)()

        first = await memory.take(6)
        waiting = [asyncio.create_task(work(n, a)) for n, a in (("a", 5), ("b", 1), ("c", 100))]
        await asyncio.sleep(0)
        assert order == []  # b would fit, but a came first
        first.give_back_unless_begun()
        await asyncio.gather(*waiting)
        assert order == ["a", "b", "c"]
        (await asyncio.wait_for(memory.take(10), 1)).give_back_unless_begun()

    asyncio.run(use())


def test_it_is_kept_while_a_thread_works_though_nobody_waits_for_it() -> None:
    async def use() -> None:
        memory, may_end = Budget(10), threading.Event()
        share = await memory.take(10)
        working = asyncio.get_running_loop().run_in_executor(None, share.during(may_end.wait))
        await asyncio.sleep(0.01)
        share.give_back_unless_begun()
        next_one = asyncio.create_task(memory.take(1))
        await asyncio.sleep(0.01)
        assert not next_one.done()
        may_end.set()
        await working
        await next_one

    asyncio.run(use())


def test_whoever_goes_while_waiting_takes_nothing() -> None:
    async def use() -> None:
        memory = Budget(10)
        share = await memory.take(10)
        gone: list[asyncio.Task[Share]] = [asyncio.create_task(memory.take(8)) for _ in range(2)]
        await asyncio.sleep(0)
        gone[0].cancel()
        await asyncio.sleep(0)
        share.give_back_unless_begun()
        gone[1].cancel()  # when its turn has come already
        await asyncio.gather(*gone, return_exceptions=True)
        await asyncio.wait_for(memory.take(10), 1)

    asyncio.run(use())


def test_no_more_wait_than_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MOST_WAITING", 1)

    async def use() -> None:
        memory = Budget(10)
        await memory.take(10)
        waiting = asyncio.create_task(memory.take(1))
        await asyncio.sleep(0)
        with pytest.raises(TooMany):
            await memory.take(1)
        waiting.cancel()

    asyncio.run(use())
