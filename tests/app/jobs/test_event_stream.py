"""Streams of events: each sees everything once, and ends."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from app.jobs import event_stream
from app.jobs.event_stream import PAGE, PING, EventStream
from app.store import events as events_store
from app.store import jobs, leases
from app.store.clock import new_id
from app.store.engine import Database, StoreError
from app.store.events import hint_event
from app.store.leases import Lease
from model.messages import Message


@pytest.fixture
def lease(database: Database) -> Lease:
    """A job that runs."""
    with database.begin() as session:
        id = jobs.add(session, id=new_id(), name="job", request={}, epochs=1).id
        claimed = leases.claim(session, id, owner="me", lease_seconds=30)
    assert claimed
    return claimed[0]


def tell(database: Database, lease: Lease, *kinds: str) -> Lease:
    with database.begin() as session:
        return leases.write(session, lease, [(kind, {}) for kind in kinds])


def end(database: Database, lease: Lease) -> None:
    with database.begin() as session:
        leases.finish(session, lease, "succeeded")


def ids_in(text: bytes) -> list[int]:
    return [int(id) for id in re.findall(rb"^id: (\d+)$", text, re.MULTILINE)]


async def follow(events: EventStream, job: str, last: int = 0) -> list[int]:
    return ids_in(b"".join([page async for page in events.follow(job, last)]))


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)


def looks(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Grows by the jobs asked for, each time the streams look at the store."""
    seen: list[list[str]] = []
    heads = jobs.heads

    def counted(session: Any, ids: list[str]) -> Any:
        found = heads(session, ids)
        seen.append(ids)
        return found

    monkeypatch.setattr(jobs, "heads", counted)
    return seen


def test_many_streams_see_every_event_once_as_it_happens(
    database: Database, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "POLL_SECONDS", 0.01)
    seen: list[list[int]] = [[] for _ in range(20)]

    async def watch(events: EventStream, number: int) -> None:
        async for page in events.follow(lease.job, number % 2):
            seen[number] += ids_in(page)

    async def run() -> None:
        events = EventStream(database)
        streams = [asyncio.create_task(watch(events, number)) for number in range(20)]
        now = lease
        for told in (2, 4, 6):
            now = await asyncio.to_thread(tell, database, now, "progress", "progress")
            await until(lambda: all(ids and ids[-1] == told for ids in seen))  # noqa: B023
        await asyncio.to_thread(end, database, now)
        await asyncio.wait_for(asyncio.gather(*streams), 60)

    asyncio.run(run())
    assert seen[0] == [1, 2, 3, 4, 5, 6, 7]
    assert seen[1] == [2, 3, 4, 5, 6, 7]
    assert seen == seen[:2] * 10


def test_more_events_than_one_page_come_whole(database: Database, lease: Lease) -> None:
    lease = tell(database, lease, *["progress"] * 1200)
    end(database, lease)
    assert asyncio.run(follow(EventStream(database), lease.job)) == list(range(1, 1202))


def test_a_stream_after_the_last_event_ends_at_once(database: Database, lease: Lease) -> None:
    end(database, lease)
    assert asyncio.run(asyncio.wait_for(follow(EventStream(database), lease.job, 1), 60)) == []


def test_a_hint_comes_with_its_words_and_its_code(database: Database, lease: Lease) -> None:
    hint = Message("hint.hidden_layer", {"number": 2})
    with database.begin() as session:
        lease = leases.write(session, lease, [hint_event(hint)])
        leases.finish(session, lease, "failed", error=Message("job.process_died"))

    async def run() -> bytes:
        return b"".join([page async for page in EventStream(database).follow(lease.job, 0)])

    told, end, rest = asyncio.run(asyncio.wait_for(run(), 60)).decode().split("\n\n")
    said = json.dumps({"message": "hidden layer 2", **hint.to_dict()})
    assert told == f"event: hint\ndata: {said}\nid: 1"
    assert json.loads(end.split("\n")[1][6:])["error"] == str(Message("job.process_died"))
    assert rest == ""


def test_a_stream_of_a_job_that_was_pruned_ends(
    database: Database, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = looks(monkeypatch)

    async def run() -> list[int]:
        events = EventStream(database)
        stream = asyncio.create_task(follow(events, lease.job))
        await until(lambda: seen)
        end(database, lease)
        with database.begin() as session:
            jobs.prune(session, -1)
        return await asyncio.wait_for(stream, 60)

    assert asyncio.run(run()) in ([], [1])


def test_closing_ends_every_stream_at_once(
    database: Database, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not wait for the next look at the store, which is an hour away."""
    monkeypatch.setattr(event_stream, "POLL_SECONDS", 3600)
    seen = looks(monkeypatch)

    async def run() -> None:
        events = EventStream(database)
        streams = [asyncio.create_task(follow(events, lease.job)) for _ in range(5)]
        await until(lambda: len(seen) >= 2)  # the streams' own look, and the poll's
        events.close()
        events.close()
        await asyncio.wait_for(asyncio.gather(*streams), 60)
        assert await follow(events, lease.job) == []  # and none begins any more

    asyncio.run(run())


def test_streams_wait_while_the_store_is_away(
    database: Database, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "POLL_SECONDS", 0.01)
    seen = looks(monkeypatch)

    async def run() -> list[int]:
        events = EventStream(database)
        stream = asyncio.create_task(follow(events, lease.job))
        await until(lambda: len(seen) >= 2)  # the stream's own look, and the poll's
        missed: list[int] = []

        def away(*args: Any) -> None:
            missed.append(1)
            raise StoreError(logged="no route to host")

        with monkeypatch.context() as patch:
            patch.setattr(jobs, "heads", away)
            await until(lambda: len(missed) >= 3)
        end(database, lease)
        return await asyncio.wait_for(stream, 60)

    assert asyncio.run(run()) == [1]


def test_a_stream_waits_for_a_store_that_goes_away_while_it_reads(
    database: Database, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "POLL_SECONDS", 0.01)
    end(database, lease)
    real, outages = events_store.after, [1, 2, 3]

    def flaky(*args: Any) -> Any:
        if outages:
            raise StoreError(logged=f"no route to host {outages.pop()}")
        return real(*args)

    monkeypatch.setattr(events_store, "after", flaky)
    assert asyncio.run(follow(EventStream(database), lease.job)) == [1]


def test_the_signal_that_stops_the_server_ends_the_streams_first(
    database: Database, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = looks(monkeypatch)
    told: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    try:

        async def run() -> None:
            events = EventStream(database)
            events.catch_signals()
            stream = asyncio.create_task(follow(events, lease.job))
            await until(lambda: seen)
            signal.raise_signal(signal.SIGTERM)
            await asyncio.wait_for(stream, 60)
            events.release_signals()

        ours = signal.getsignal(signal.SIGTERM)
        asyncio.run(run())
        assert told == [signal.SIGTERM]  # the server's own handler did its part
        assert signal.getsignal(signal.SIGTERM) is ours
    finally:
        signal.signal(signal.SIGTERM, before)


def test_streams_at_one_place_share_what_is_read(
    database: Database, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(database, lease, *["progress"] * 3 * PAGE)
    after, read = events_store.after, []

    def counted(session: Any, job: str, last: int, *more: Any) -> Any:
        read.append(last)
        return after(session, job, last, *more)

    monkeypatch.setattr(events_store, "after", counted)

    async def run() -> None:
        events = EventStream(database)
        streams = [events.follow(lease.job, 0) for _ in range(30)]
        first = await asyncio.gather(*(anext(stream) for stream in streams))
        assert len({id(page) for page in first}) == 1  # the same bytes, not a copy each
        assert read == [0]
        for _ in range(2):
            await anext(streams[0])
        late = [await anext(streams[1]), await anext(streams[1])]
        assert [ids_in(page)[0] for page in late] == [PAGE + 1, 2 * PAGE + 1]
        assert read == [0, PAGE, 2 * PAGE]
        for stream in streams:
            await stream.aclose()
        assert events._watched == {}

    asyncio.run(run())


def test_what_happens_while_a_page_is_read_is_not_missed(
    database: Database, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by the stream that reads, nor by one that shares what is read."""
    monkeypatch.setattr(event_stream, "POLL_SECONDS", 0.01)
    after, told, seen = events_store.after, [], threading.Event()

    def slow(*args: Any) -> Any:
        found = after(*args)
        if not told:
            told.append(1)
            end(database, lease)
            seen.wait(60)
        return found

    monkeypatch.setattr(events_store, "after", slow)

    async def run() -> list[list[int]]:
        events = EventStream(database)
        first = asyncio.create_task(follow(events, lease.job))
        await until(lambda: told)
        watched = events._watched[lease.job]
        await until(lambda: watched.head == (1, "succeeded"))  # the poll has seen it
        second = asyncio.create_task(follow(events, lease.job))
        await asyncio.sleep(0.05)
        seen.set()
        return await asyncio.wait_for(asyncio.gather(first, second), 60)

    assert asyncio.run(run()) == [[1], [1]]


def test_a_job_whose_events_are_gone_is_not_read_again_and_again(
    database: Database, lease: Lease
) -> None:
    lease = tell(database, lease, "progress")
    end(database, lease)
    with database.begin() as session:
        session.execute(text("DELETE FROM events"))
    assert asyncio.run(asyncio.wait_for(follow(EventStream(database), lease.job), 60)) == []


def test_a_silent_stream_sends_a_comment(
    database: Database, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "PING_SECONDS", 0.01)

    async def run() -> bytes:
        stream = EventStream(database).follow(lease.job, 0)
        found = await anext(stream)
        await stream.aclose()
        return found

    assert asyncio.run(asyncio.wait_for(run(), 60)) == PING


def test_a_number_that_json_has_not_becomes_null(database: Database, lease: Lease) -> None:
    with database.begin() as session:
        lease = leases.write(session, lease, [("progress", {"loss": float("nan")})])
        leases.finish(session, lease, "failed")

    async def run() -> bytes:
        return await anext(EventStream(database).follow(lease.job, 0))

    assert b'data: {"loss": null}' in asyncio.run(run())
