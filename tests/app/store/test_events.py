from __future__ import annotations

from app.store import events, jobs
from app.store.clock import new_id
from app.store.engine import Database


def test_events_come_back_in_order_after_any_number(database: Database) -> None:
    with database.begin() as session:
        id = jobs.add(session, id=new_id(), name="job", request={}, epochs=1).id
        events.append(session, id, 0, [("progress", {"step": 1}), ("epoch", {"epoch": 1})])
        events.append(session, id, 2, [])
        events.append(session, id, 2, [("hint", {"message": "slower"})])
    with database.read() as session:
        found = events.after(session, id, 1)
        assert [(e.id, e.kind, e.data) for e in found] == [
            (2, "epoch", {"epoch": 1}),
            (3, "hint", {"message": "slower"}),
        ]
        assert [e.id for e in events.after(session, id, 0, limit=2)] == [1, 2]


def test_events_of_some_kinds_are_grouped_by_job(database: Database) -> None:
    with database.begin() as session:
        ids = [jobs.add(session, id=new_id(), name="j", request={}, epochs=1).id for _ in range(3)]
        for id in ids[:2]:
            events.append(session, id, 0, [("progress", {}), ("epoch", {"of": id})])
    with database.read() as session:
        found = events.of_jobs(session, ids, ["epoch"])
    assert {id: [e.data for e in rows] for id, rows in found.items()} == {
        ids[0]: [{"of": ids[0]}],
        ids[1]: [{"of": ids[1]}],
        ids[2]: [],
    }
