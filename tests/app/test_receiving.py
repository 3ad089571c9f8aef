"""The budget of bodies under way: who gets room, who waits for it, and who has to go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app import receiving
from app.errors import ProblemError, TooLarge, TooSlow, Unavailable
from app.receiving import Bodies, ClientDisconnected, Share
from app.security import Guard
from app.settings import Settings

GONE = {"type": "http.disconnect"}
SOON = 0.02  # seconds, in place of 2 and 8


def part(body: bytes, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


class Client:
    """Sends what it is told to, message by message."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for message in messages:
            self.messages.put_nowait(message)
        self.received = self.messages.get


async def turns(number: int = 10) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def code_of(work: Awaitable[Any]) -> str:
    with pytest.raises(ProblemError) as caught:
        await work
    return caught.value.message.code


def test_what_fits_gets_room_at_once_and_small_ones_first() -> None:
    async def scene() -> None:
        bodies, order = Bodies(10), []

        async def send(name: str, amount: int) -> None:
            share = await bodies.share(amount)
            order.append(name)
            share.give_back()
            share.give_back()  # which gives back no more than there was

        first = await bodies.share(8)
        waiting = [asyncio.create_task(send(n, a)) for n, a in (("a", 10), ("b", 5), ("c", 5))]
        await turns()
        await send("fits", 2)
        assert order == ["fits"]
        first.give_back()
        await asyncio.gather(*waiting)
        assert order == ["fits", "b", "c", "a"]
        (await bodies.share(100)).give_back()  # more than all has all to itself

    asyncio.run(scene())


def test_whoever_waits_too_long_is_told_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "ROOM_SECONDS", SOON)

    async def scene() -> None:
        bodies = Bodies(10)
        share = await bodies.share(10)
        with pytest.raises(Unavailable) as refused:
            await bodies.share(1)
        assert refused.value.status == 503
        assert refused.value.headers["Retry-After"] == "5"
        share.give_back()
        await bodies.share(10)

    asyncio.run(scene())


def test_when_many_wait_the_largest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MOST_WAITING", 2)

    async def scene() -> None:
        bodies = Bodies(10)
        share = await bodies.share(10)
        waiting = [asyncio.create_task(bodies.share(amount)) for amount in (4, 9, 3)]
        assert await code_of(waiting[1]) == "security.no_room"
        share.give_back()
        await asyncio.gather(waiting[0], waiting[2])

    asyncio.run(scene())


def test_whoever_goes_while_waiting_takes_nothing() -> None:
    async def scene() -> None:
        bodies = Bodies(10)
        share = await bodies.share(10)
        gone: list[asyncio.Task[Share]] = [asyncio.create_task(bodies.share(8)) for _ in range(2)]
        await turns()
        gone[0].cancel()
        await turns()
        share.give_back()
        gone[1].cancel()  # when its turn has come already
        await asyncio.gather(*gone, return_exceptions=True)
        await asyncio.wait_for(bodies.share(10), 5)

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("messages", "error"),
    [([part(b"x" * 9)], TooLarge), ([part(b"x"), GONE], ClientDisconnected)],
)
def test_a_body_that_fails_gives_its_room_back(
    messages: list[dict[str, Any]], error: type[Exception]
) -> None:
    async def scene() -> None:
        bodies = Bodies(10)
        share = await bodies.share(10)
        with pytest.raises(error):
            await share.fill(b"start", Client(*messages).received, 10)
        await asyncio.wait_for(bodies.share(10), 5)

    asyncio.run(scene())


def stalling(monkeypatch: pytest.MonkeyPatch, scene: Callable[[Bodies], Awaitable[None]]) -> None:
    monkeypatch.setattr(receiving, "LOOK_SECONDS", SOON)
    asyncio.run(asyncio.wait_for(scene(Bodies(1000)), 30))  # type: ignore[arg-type]


def test_a_body_that_stalls_makes_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(bodies: Bodies) -> None:
        share = await bodies.share(1000)
        stalled = asyncio.create_task(share.fill(b"x" * 999, Client().received, 1000))
        await turns()
        other = await bodies.share(1000)
        with pytest.raises(TooSlow, match="Next to nothing"):
            await stalled
        assert await other.fill(b"a", Client(part(b"b", more=False)).received, 1000) == b"ab"

    stalling(monkeypatch, scene)


def test_a_body_may_stall_while_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(bodies: Bodies) -> None:
        share, client = await bodies.share(900), Client()
        slow = asyncio.create_task(share.fill(b"a", client.received, 1000))
        await asyncio.sleep(10 * SOON)
        (await bodies.share(100)).give_back()
        client.messages.put_nowait(part(b"b", more=False))
        assert await slow == b"ab"

    stalling(monkeypatch, scene)


def test_a_body_that_grows_is_left_alone_while_others_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receiving, "SLOWEST_BODY", 1e6)  # so that one byte a look is pace enough

    async def scene(bodies: Bodies) -> None:
        share, client = await bodies.share(1000), Client()
        growing = asyncio.create_task(share.fill(b"a", client.received, 1000))
        waiting = asyncio.create_task(bodies.share(1000))
        await turns()
        for _ in range(5):
            client.messages.put_nowait(part(b"b"))
            await turns()
            share.look()
        client.messages.put_nowait(part(b"c", more=False))
        assert await growing == b"abbbbbc"
        share.give_back()
        await waiting

    monkeypatch.setattr(receiving, "ROOM_SECONDS", 60)
    asyncio.run(asyncio.wait_for(scene(Bodies(1000)), 30))


MOST = 2000


def guarded(app: Any) -> tuple[Guard, Callable[..., Awaitable[list[Any]]]]:
    """A guard whose bodies have room for one of MOST bytes, and how to ask it."""
    guard = Guard(app, Settings(max_body_bytes=MOST), [])
    guard.bodies = Bodies(MOST)

    async def ask(client: Client, length: int = MOST) -> list[Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"content-length", b"%d" % length)]
        scope = {"type": "http", "method": "POST", "path": "/predict", "headers": headers}
        await guard(scope, client.received, send)
        return sent

    return guard, ask


async def answer(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def test_what_waits_is_not_read_and_small_bodies_need_no_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receiving, "ROOM_SECONDS", SOON)

    async def scene() -> None:
        _, ask = guarded(answer)
        holder = asyncio.create_task(ask(Client(part(b"x"))))
        await turns()
        late = Client(part(b"x"), part(b"y"))
        refused = await ask(late)
        assert refused[0]["status"] == 503
        assert late.messages.qsize() == 1
        assert (await ask(Client(part(b"z", more=False)), 1))[0]["status"] == 204
        holder.cancel()
        await asyncio.gather(holder, return_exceptions=True)
        whole = Client(part(b"x"), part(b"y", more=False))
        assert (await ask(whole))[0]["status"] == 204

    asyncio.run(scene())


@pytest.mark.parametrize("answers", [True, False])
def test_a_body_keeps_its_room_until_its_answer_begins(answers: bool) -> None:
    async def scene() -> None:
        work, reading = asyncio.Event(), asyncio.Event()

        async def slow(scope: Any, receive: Any, send: Any) -> None:
            await receive()
            await work.wait()
            if answers:
                await send({"type": "http.response.start", "status": 204, "headers": []})
                await reading.wait()  # by a client that takes its time

        guard, ask = guarded(slow)
        asked = asyncio.create_task(ask(Client(part(b"x"), part(b"y", more=False))))
        await turns()
        other = asyncio.create_task(guard.bodies.share(MOST))
        await turns()
        assert not other.done()
        work.set()
        await asyncio.wait_for(other, 5)
        reading.set()
        await asked

    asyncio.run(scene())
