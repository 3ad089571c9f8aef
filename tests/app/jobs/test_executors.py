"""Pool processes: how they are prepared, what they survive, how they follow their server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from app.jobs.executors import LocalWorkers, make_workers, process_died
from app.settings import Settings


def environment() -> str:
    return os.environ["OPENBLAS_NUM_THREADS"]


def threads() -> str:
    """How many threads this process has once NumPy has multiplied something."""
    import threading

    import numpy as np

    ours = threading.active_count()
    np.ones((600, 600)) @ np.ones((600, 600))
    return str(len(os.listdir("/proc/self/task")) - ours)  # noqa: PTH208


def niceness() -> str:
    return str(os.nice(0))


def modules() -> str:
    return " ".join(name for name in sys.modules if name.startswith("app."))


def pid() -> str:
    return str(os.getpid())


def die() -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


def wait_for_stop(started: str) -> str:
    from app.jobs.worker import stop_requested

    Path(started).touch()
    return "stopped" if stop_requested.wait(30) else "not told"


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalWorkers]:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)  # the suite's own, see conftest.py
    made = LocalWorkers(2)
    yield made
    made.stop()


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_process_has_one_blas_thread_and_a_low_priority(workers: LocalWorkers) -> None:
    assert workers.submit(environment).result(60) == "1"
    assert workers.submit(threads).result(60) == "0"
    assert int(workers.submit(niceness).result(60)) >= 10


def test_a_process_is_used_again(workers: LocalWorkers) -> None:
    first = workers.submit(pid).result(60)
    until(lambda: bool(workers._idle))
    assert workers.submit(pid).result(60) == first


def test_a_process_that_dies_takes_no_other_job_with_it(
    workers: LocalWorkers, tmp_path: Path
) -> None:
    other = workers.submit(wait_for_stop, str(tmp_path / "started"))
    dead = workers.submit(die)
    wait([dead], 60)
    assert process_died(dead)
    assert not other.done()
    assert workers.submit(pid).result(60)  # the place of the dead one is filled
    until((tmp_path / "started").exists)
    workers.stop()
    assert other.result(60) == "stopped"
    assert not process_died(other)


def test_a_process_that_dies_idle_is_replaced(workers: LocalWorkers) -> None:
    first = int(workers.submit(pid).result(60))
    until(lambda: bool(workers._idle))
    os.kill(first, signal.SIGKILL)
    until(lambda: is_gone(first))
    future = workers.submit(pid)
    wait([future], 60)
    assert process_died(future) or int(future.result()) != first
    assert int(workers.submit(pid).result(60)) != first


def test_a_process_that_was_stopped_can_be_ended_and_another_takes_its_place(
    workers: LocalWorkers,
) -> None:
    stopped = int(workers.submit(pid).result(60))
    os.kill(stopped, signal.SIGSTOP)
    held = workers.submit(niceness)
    assert workers.end(held)
    assert isinstance(held.exception(60), BrokenProcessPool)
    assert process_died(held)
    assert not workers.end(held)
    assert int(workers.submit(pid).result(60)) != stopped


def test_a_worker_that_was_warmed_up_takes_the_first_job(workers: LocalWorkers) -> None:
    workers.warm_up()
    workers.warm_up()  # one is enough
    (pool,) = workers._pools
    while not workers._idle:
        time.sleep(0.01)
    assert "app.jobs.worker" in workers.submit(modules).result(30)
    assert set(workers._pools) == {pool}
    workers.stop()
    workers.warm_up()  # too late: nothing is started any more
    assert not workers._pools


def test_a_cancelled_future_is_no_dead_process() -> None:
    future: Future[str] = Future()
    future.cancel()
    assert not process_died(future)


def test_processes_end_when_their_server_is_killed(tmp_path: Path) -> None:
    """kill -9 of the server: nobody is left to tell its processes to stop."""
    code = f"""
import sys, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
from app.jobs.executors import LocalWorkers
import test_executors
if __name__ == "__main__":
    workers = LocalWorkers(1)
    print(workers.submit(test_executors.pid).result(), flush=True)
    time.sleep(60)
"""
    script = tmp_path / "server.py"
    script.write_text(code)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        worker = int(server.stdout.readline())
        server.kill()
    until(lambda: is_gone(worker))


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_the_settings_choose_the_workers() -> None:
    workers = make_workers(Settings(job_workers=3))
    assert workers.slots() == 3
    workers.stop()


def test_a_cluster_that_cannot_be_reached_has_no_room() -> None:
    workers = make_workers(Settings(dask_address="tcp://127.0.0.1:1"))
    assert workers.slots() == 0
    assert workers.slots() == 0  # at once: it does not try again for a while
    with pytest.raises(ConnectionError, match="cannot be reached"):
        workers.submit(pid).result()
    assert str(workers.trouble()).startswith("The scheduler of the training cluster cannot")
    workers.stop()


def test_processes_of_this_machine_are_never_away(workers: LocalWorkers) -> None:
    assert workers.trouble() is None
