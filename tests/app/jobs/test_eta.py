from __future__ import annotations

import pytest

from app.jobs import eta
from app.jobs.eta import REPORT_SECONDS, ProgressClock


class Watch:
    """A clock that goes when the test says so."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(eta, "time", watch)
    return watch


def test_a_report_is_due_so_long_after_the_last(watch: Watch) -> None:
    run = ProgressClock()
    assert not run.report_is_due()
    watch.now += REPORT_SECONDS
    assert run.report_is_due()
    assert not run.report_is_due()


def test_a_lap_is_the_time_since_the_last(watch: Watch) -> None:
    run = ProgressClock()
    watch.now += 1.5
    assert run.epoch_seconds() == 1.5
    watch.now += 0.25
    assert run.epoch_seconds() == 0.25


def test_a_lap_leaves_out_what_is_done_while_it_is_stopped(watch: Watch) -> None:
    run = ProgressClock()
    watch.now += 1.5
    with run.stopped():
        watch.now += 40
    watch.now += 0.5
    assert run.epoch_seconds() == 2.0
    watch.now += 0.25
    assert run.epoch_seconds() == 0.25


def test_what_is_left_follows_the_pace_since_the_first_report(watch: Watch) -> None:
    run = ProgressClock()
    watch.now += 60  # reading the data does not count
    assert run.seconds_left(50, 200) is None
    watch.now += 2
    assert run.seconds_left(100, 200) == 4.0
    watch.now += 4
    assert run.seconds_left(200, 200) == 0.0


def test_a_run_of_one_report_has_nothing_left(watch: Watch) -> None:
    assert ProgressClock().seconds_left(8, 8) == 0.0
