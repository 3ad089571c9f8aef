import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import serving

BYHAND = Path(sys.executable).parent / "byhand"


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("BYHAND_PORT", "eighty", "BYHAND_PORT: "),
        ("BYHAND_JOB_WORKERS", "0", "BYHAND_JOB_WORKERS: "),
        ("BYHAND_LOG_LEVEL", "loud", "BYHAND_LOG_LEVEL: "),
    ],
)
def test_a_wrong_setting_stops_the_start_by_its_name(
    byhand: Any, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    monkeypatch.setenv(variable, value)
    ran = byhand("serve")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert says in ran.err
    assert repr(value) in ran.err


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("BYHAND_DATA_DIR", "{tmp}/file/data", "Not a directory"),
        ("BYHAND_DATA_DIR", "{tmp}/damaged", "file is not a database"),
        ("BYHAND_DATABASE_URL", "nonsense", "Could not parse SQLAlchemy URL"),
        ("BYHAND_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none", "refused"),
    ],
)
@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["models", "list"]])
def test_a_store_that_cannot_be_opened_is_one_line_with_its_setting(
    byhand: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    command: list[str],
    variable: str,
    value: str,
    says: str,
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "byhand.db").write_text("this is no database " * 100)
    monkeypatch.setenv(variable, value.format(tmp=tmp_path))
    ran = byhand(*command)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert says in ran.err
    assert f"Check {variable}." in ran.err


def test_a_taken_port_is_one_line_that_says_what_to_do(byhand: Any) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        ran = byhand("serve", "--port", other.getsockname()[1])
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "--port or BYHAND_PORT chooses another port" in ran.err


@pytest.fixture
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Any, str]]:
    """A server process of the test's own, and its address; `param` processes share the port."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BYHAND_")}
    process = subprocess.Popen(
        [BYHAND, "serve", "--port", "0", "--workers", str(request.param)],
        env=clean | {"BYHAND_DATA_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    address = re.search(r"http://\S+?:\d+", process.stdout.readline())
    assert address
    try:
        until_ready(address[0])
        yield process, address[0]
    finally:
        process.terminate()  # killed, it would leave its processes behind
        process.wait(60)
        process.stdout.close()


def until_ready(address: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/readyz").is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    pytest.fail("the server did not become ready")


@pytest.mark.parametrize(
    ("server", "stop"), [(1, signal.SIGINT), (2, signal.SIGTERM)], indirect=["server"]
)
def test_it_stops_by_itself_with_event_streams_open(
    server: tuple[Any, str], stop: signal.Signals
) -> None:
    process, address = server
    job = httpx.post(f"{address}/train", json={"epochs": 10_000}).json()
    with httpx.stream("GET", f"{address}/train/{job['id']}/events", timeout=60) as stream:
        next(stream.iter_lines())
        process.send_signal(stop)
        assert process.wait(60) in (0, -stop)  # a stream ends with its job, hours later
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)


@pytest.mark.parametrize(
    ("setting", "statuses"),
    [
        ({}, [200, 429, 429]),
        ({"BYHAND_TRUSTED_PROXIES": "10.0.0.1"}, [200, 429, 429]),
        ({"BYHAND_TRUSTED_PROXIES": "127.0.0.1"}, [200, 200, 429]),
        ({"FORWARDED_ALLOW_IPS": "127.0.0.0/8"}, [200, 200, 429]),  # an older name, of uvicorn
    ],
)
def test_x_forwarded_for_is_believed_of_trusted_proxies_alone(
    tmp_path: Path, setting: dict[str, str], statuses: list[int]
) -> None:
    with serving(tmp_path, BYHAND_RATE_LIMIT="1/hour", **setting) as address:
        forged = ("5.5.5.5", "6.6.6.6", "7.7.7.7, 6.6.6.6")  # a proxy adds to what it was sent
        seen = [httpx.get(f"{address}/models", headers={"X-Forwarded-For": a}) for a in forged]
    assert [response.status_code for response in seen] == statuses


@pytest.mark.parametrize("server", [1], indirect=True)
def test_a_connection_that_was_idle_for_a_while_is_still_good(server: tuple[Any, str]) -> None:
    """A client that sends its next request just as the server hangs up would get a reset."""
    _, address = server
    connection = http.client.HTTPConnection(address.removeprefix("http://"))
    connection.request("GET", "/healthz")
    connection.getresponse().read()
    opened = connection.sock
    time.sleep(6)  # uvicorn's own limit is 5 s
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    assert connection.sock is opened
    connection.close()


@pytest.mark.parametrize("server", [2], indirect=True)
def test_processes_count_together(server: tuple[Any, str]) -> None:
    _, address = server
    for _ in range(20):  # each on a connection of its own, so that both processes get some
        httpx.post(
            f"{address}/predict", json={"pixels": [[0] * 28] + [[255] * 28] * 27}
        ).raise_for_status()
    for _ in range(5):
        counts = re.findall(
            r"^byhand_predictions_total (\S+)$", httpx.get(f"{address}/metrics").text, re.M
        )
        assert list(map(float, counts)) == [20.0]
