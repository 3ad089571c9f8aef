import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.logs import configure_logging, log, request_id
from tests.app.conftest import logged, logged_by


@pytest.fixture(autouse=True)
def usual_level_afterwards() -> Iterator[None]:
    yield
    configure_logging("info")


def test_a_line_says_what_when_how_bad_and_in_which_request(
    capsys: pytest.CaptureFixture[str],
) -> None:
    token = request_id.set("find-me")
    log.warning("late", job="j1")
    request_id.reset(token)
    (line,) = logged_by(capsys)
    said = line.pop("timestamp")
    assert said.endswith("Z")
    assert abs(datetime.now(UTC) - datetime.fromisoformat(said)) < timedelta(hours=1)
    assert line == {"event": "late", "job": "j1", "level": "warning", "request_id": "find-me"}


def test_outside_of_a_request_there_is_no_id(capsys: pytest.CaptureFixture[str]) -> None:
    log.info("started")
    assert "request_id" not in logged_by(capsys)[0]


def test_a_fault_comes_with_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ZeroDivisionError("the cause")
    except ZeroDivisionError:
        log.exception("fault", value=object)  # what JSON has no word for is written as text
    (line,) = logged_by(capsys)
    assert line["level"] == "error"
    assert line["value"] == "<class 'object'>"
    assert "Traceback" in line["exception"]
    assert "the cause" in line["exception"]


def test_the_standard_librarys_records_come_out_the_same_way(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("info")
    logging.getLogger("uvicorn.error").info("started on %s", "port 1")
    logging.getLogger("uvicorn.access").info("GET /")
    entries = logged_by(capsys)
    assert [entry["event"] for entry in entries] == ["started on port 1"]
    assert entries[0]["logger"] == "uvicorn.error"


def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("error")
    log.warning("quiet")
    logging.getLogger("x").warning("quiet")
    log.error("loud")
    assert [entry["event"] for entry in logged_by(capsys)] == ["loud"]


def test_a_training_process_that_configures_nothing_logs_the_same_way() -> None:
    script = "from app.jobs.worker import log; log.warning('late', job='j1')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == ""
    (line,) = logged(done.stderr)
    assert (line["event"], line["job"], line["level"]) == ("late", "j1", "warning")
