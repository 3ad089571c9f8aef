from __future__ import annotations

from app.store import events, jobs
from app.store.clock import new_id
from app.store.engine import Database
from app.store.events import StoredEvent
from model.messages import Message


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


HINT = Message("hint.hidden_layers", {"numbers": [1, 3]})


def stored(database: Database, event: events.Event) -> StoredEvent:
    """An event as the store gives it back."""
    with database.begin() as session:
        id = jobs.add(session, id=new_id(), name="job", request={}, epochs=1).id
        events.append(session, id, 0, [event])
    with database.read() as session:
        return events.after(session, id, 0)[0]


def test_a_hint_is_stored_as_its_code_and_put_into_words_when_it_is_read(
    database: Database,
) -> None:
    row = stored(database, events.hint_event(HINT))
    assert (row.data["code"], row.data["values"]) == (HINT.code, HINT.values)
    assert events.stored_hint(row) == HINT
    row.data["message"] = "whatever words it was stored with"
    assert events.api_data(row) == {
        "message": "hidden layers 1 and 3",
        "code": "hint.hidden_layers",
        "values": {"numbers": [1, 3]},
    }


def test_a_hint_comes_with_the_change_that_cures_it(database: Database) -> None:
    row = stored(database, events.hint_event(HINT, {"train_examples": None}))
    assert events.api_data(row)["change"] == {"train_examples": None}
    assert events.stored_diagnosis(row) == HINT


def test_an_end_says_where_the_run_stopped_early(database: Database) -> None:
    why = Message(
        "training.stopped_early",
        {"epoch": 9, "epochs": 20, "best": 6, "loss": 0.25, "patience": 3},
    )
    row = stored(database, events.end_event({"state": "succeeded", "error": None}, None, why))
    told = {"epoch": 9, "best_epoch": 6, "message": str(why)}
    assert events.stopped_early(row) == told
    assert events.api_data(row)["stopped_early"] == told


def test_an_end_of_a_later_version_stopped_early_for_reasons_unknown_here(
    database: Database,
) -> None:
    later = {"state": "succeeded", "stopped_early": {"code": "training.bored", "values": {}}}
    assert events.stopped_early(stored(database, ("end", later))) is None
    assert events.stopped_early(stored(database, events.end_event({}, None))) is None


def test_a_hint_of_an_earlier_version_is_its_sentence(database: Database) -> None:
    row = stored(database, ("hint", {"message": "Take {smaller} steps."}))
    assert events.stored_hint(row) == "Take {smaller} steps."
    assert events.api_data(row) == {"message": "Take {smaller} steps."}


def test_a_hint_whose_values_do_not_fit_its_sentence_here_is_shown_as_it_was(
    database: Database,
) -> None:
    data = {"message": "As it was.", "code": HINT.code, "values": {"layers": [1]}}
    row = stored(database, ("hint", data))
    assert events.api_data(row) == data


def test_the_end_tells_why_it_failed_in_words(database: Database) -> None:
    error = Message("job.process_died")
    row = stored(database, events.end_event({"state": "failed", "error": "As it was."}, error))
    assert events.api_data(row) == {"state": "failed", "error": str(error), **error.to_dict()}
    unknown = {"state": "failed", "error": "As it was.", "code": "job.novel", "values": {}}
    assert events.api_data(stored(database, ("end", unknown))) == unknown
    for error_of_before in ("Out of memory.", None):
        data = {"state": "failed", "error": error_of_before}
        assert events.api_data(stored(database, ("end", data))) == data
