"""What a file could do to whoever checks it, and to the rest of the machine: all of it refused."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.sandbox import folders
from app.sandbox.answer import SENTENCES, plain, read_failure, read_gradients
from tests.app.sandbox.test_run import DICT, RIGHT, failure, ran

LINUX = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="it asks Linux' kernel: run it there"
)
FORGED = (
    '{"code": "check.exited", "values": {"code": "x"}}',
    '{"code": "check.exited", "values": {"exit_code": 0}}',
    '{"code": "check.exited", "values": {"headers": {"Set-Cookie": "a=b"}}}',
    '{"code": "check.exited", "values": {"errors": [{"field": "x", "message": "y"}]}}',
    '{"code": "check.right", "values": {}}',
    '{"code": ["check.exited"], "values": {}}',
    '{"code": "check.returned", "values": {"found": {"a": 1}}}',
    '{"code": "check.returned", "values": {"found": 5}}',
    '{"code": "check.raised", "values": {"error": "", "lines": 5, "given": ""}}',
    '{"code": "check.raised", "values": {"error": "", "lines": [5], "given": ""}}',
    '{"code": "check.returned", "values": 7}',
    "[" * 5000,
    "null",
    "7",
)


@pytest.mark.parametrize("own", FORGED)
def test_forged_failures_are_not_said(tmp_path: Path, own: str) -> None:
    (tmp_path / "failed.json").write_text(own)
    assert read_failure(tmp_path) is None


def test_a_forged_failure_speaks_in_known_sentences_alone(
    tmp_path: Path,
) -> None:
    own = '{"code": "check.raised", "values": {"error": "e", "lines": ["l"], "given": "title.500"}}'
    (tmp_path / "failed.json").write_text(own)
    assert str(read_failure(tmp_path)) == "the file failed: e\n  l"


def _too_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**24 + 1)


@LINUX
@pytest.mark.parametrize(
    "put",
    [
        getattr(os, "mkfifo", None),  # reading a pipe that nobody writes to would never end
        os.mkdir,
        _too_large,
        lambda path: path.symlink_to("good"),
        lambda path: path.symlink_to("/dev/zero"),
    ],
)
def test_only_regular_small_files_are_read(tmp_path: Path, put: Callable[[Path], None]) -> None:
    (tmp_path / "good").write_text('{"code": "check.exited", "values": {}}')
    put(tmp_path / "failed.json")
    assert read_failure(tmp_path) is None
    (tmp_path / "good").unlink()
    np.savez(tmp_path / "good.npz", allow_pickle=False, **{"0/dW1": np.ones(3)})
    (tmp_path / "good.npz").rename(tmp_path / "good")
    assert read_gradients(tmp_path, ["0"]) is None
    put(tmp_path / "grads.npz")
    assert read_gradients(tmp_path, ["0"]) is None


def test_a_value_has_no_name_that_an_exception_takes() -> None:
    names = {name for texts in SENTENCES.values() for name in texts}
    assert not names & {"code", "errors", "headers", "exit_code", "retry_after"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import os\nopen('a', 'w').close()\nos.replace('a', {victim!r})", "outside of its own"),
        ("import os\nos.link({victim!r}, 'x')", "outside of its own folder"),
        ("import os\nos.symlink('x', {folder!r} + '/link')", "outside of its own folder"),
        ("import os\nos.symlink({victim!r}, 'x')\nopen('x', 'w')", "outside of its own folder"),
        ("import os\nd = os.open({folder!r}, 0)\nos.unlink('thesis.txt', dir_fd=d)", "outside of"),
        ("import os\nd = os.open({folder!r}, 0)\nos.rmdir('thesis.txt', dir_fd=d)", "outside of"),
        ("import os\nd = os.open({folder!r}, 0)\nos.mkdir('new', dir_fd=d)", "outside of its own"),
        ("import os\nd = os.open({folder!r}, 0)\nos.open('new', 65, dir_fd=d)", "outside of its"),
        ("import os\nos.chmod(os.open({victim!r}, 0), 0)", "outside of its own folder"),
        ("import os\nos.setxattr({victim!r}, 'user.x', b'1')", "outside of its own folder"),
        ("import os\nos.mkfifo({folder!r} + '/new')", "does not let your file do this"),
        ("import sqlite3\nsqlite3.connect({folder!r} + '/new')", "open a database"),
        ("import ctypes\nctypes.CDLL(None).unlink({victim!r}.encode())", "call C"),
        (
            "from multiprocessing.util import spawnv_passfds\n"
            "spawnv_passfds(b'/bin/rm', [b'rm', {victim!r}.encode()], [])",
            "start a program",
        ),
        (
            "import signal, os\nsignal.pidfd_send_signal(os.pidfd_open(os.getppid()), 9)",
            "end a process",
        ),
        (
            "import os, resource\nresource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (5, 5))",
            "change another process",
        ),
        ("import sys\nsys.audit('something.new')", "does not let your file do this"),
        ("import multiprocessing\nmultiprocessing.Pool(1)", "threads are fine"),
        (
            "import os\nos.mkdir('a')\n" * 1
            + "for _ in range(200):\n  os.mkdir('a/' * 1 + str(_))",
            "",
        ),
    ],
)
@LINUX
def test_ways_round_the_refusals_are_refused(tmp_path: Path, text: str, words: str) -> None:
    victim = tmp_path / "kept" / "thesis.txt"
    victim.parent.mkdir()
    victim.write_text("years of work")
    mode = victim.stat().st_mode
    assert words in failure(tmp_path, text.format(victim=str(victim), folder=str(victim.parent)))
    assert victim.read_text() == "years of work"
    assert victim.stat().st_mode == mode
    assert [each.name for each in victim.parent.iterdir()] == ["thesis.txt"]


@LINUX
@pytest.mark.parametrize("deed", ["unlink(victim)", "rename(victim, victim + b'2')", "kill(0)"])
def test_the_kernel_refuses_what_python_is_not_asked_for(tmp_path: Path, deed: str) -> None:
    """C that is at hand before anything is watched, as a library's own would be."""
    victim = tmp_path / "thesis.txt"
    victim.write_text("years of work")
    kill = "kill(PARENT, 0)"
    script = (
        "import ctypes, os, sys\n"
        "from app.sandbox import kernel\n"
        "c, victim, folder = ctypes.CDLL(None), sys.argv[1].encode(), sys.argv[2]\n"
        "kernel.stay_in(folder)\n"
        f"print(c.{deed.replace('kill(0)', kill).replace('PARENT', 'os.getppid()')})\n"
    )
    own = tmp_path / "own"
    own.mkdir()
    told = subprocess.run(
        [sys.executable, "-c", script, str(victim), str(own)], capture_output=True, text=True
    )
    if "kernel" not in told.stderr and _landlock() < (6 if "kill" in deed else 1):
        pytest.skip("this kernel is older than Landlock's rules for it: run it on Linux 6.12")
    assert told.stdout == "-1\n", told.stderr
    assert victim.read_text() == "years of work"


def _landlock() -> int:
    import ctypes

    return int(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1))


@pytest.mark.parametrize(
    "text",
    [
        "for n in range(100):\n    open(f'f{n}', 'wb').write(bytes(2**23))",
        "files = [open(f'f{n}', 'wb') for n in range(30)]\n"
        "for f in files: f.truncate(2**23)\n"
        "import time; time.sleep(5)",
    ],
)
def test_the_disk_is_not_filled(tmp_path: Path, text: str) -> None:
    told = failure(tmp_path, text)
    assert "64 MB" in told


@LINUX
@pytest.mark.parametrize("number", [15, 9])
def test_a_stopped_parent_leaves_nothing_running(tmp_path: Path, number: int) -> None:
    (tmp_path / "temporary").mkdir()
    (tmp_path / "sleeps.py").write_text("import time\ntime.sleep(600)")
    command = [sys.executable, "-c", "from app.cli import main; main()", "check", "sleeps.py"]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    path = os.pathsep.join([str(Path(__file__).parents[3]), environment.get("PYTHONPATH", "")])
    environment["PYTHONPATH"] = path
    parent = subprocess.Popen(command, cwd=tmp_path, env=environment)
    try:
        _until(lambda: len(_running(str(tmp_path))) == 1)
        time.sleep(1)
        parent.send_signal(number)
        parent.wait(30)
        _until(lambda: not _running(str(tmp_path)), 10)  # its own alarm comes later
    finally:
        parent.kill()
        parent.wait()
    assert parent.returncode in (-9, 143)
    if number == 15:
        assert list((tmp_path / "temporary").iterdir()) == []


def test_what_a_killed_parent_left_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    old, new, other = (tmp_path / name for name in ("byhand-check-1", "byhand-check-2", "other"))
    for folder in (old, new, other):
        (folder / "in it").mkdir(parents=True)
    for folder in (old, other):
        os.utime(folder, (0, time.time() - folders.OLD_SECONDS - 1))
    with folders.folder_of_its_own() as own:
        assert {each.name for each in tmp_path.iterdir()} == {own.name, new.name, other.name}
    assert {each.name for each in tmp_path.iterdir()} == {new.name, other.name}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x1b[31mred\x1b[0m b", "ared b"),
        ("\x1b]0;title\x07\x1b[2J\x1b[Hx", "x"),
        ("\x1b]8;;http://a\x1b\\x", "x"),
        ("\ud800", "�"),
        ("a\x00\x08\x9b1mb\u202ec", "a1mbc"),
        ("1 %\r2 %\r\n3 %", "1 %\n2 %\n3 %"),
        ("é σ′ ●\t", "é σ′ ●\t"),
    ],
)
def test_text_is_only_text(text: str, kept: str) -> None:
    assert plain(text, 99) == kept


@pytest.mark.parametrize(
    "text",
    [
        "raise ValueError('\\ud800')",
        "def backprop(X, y, params): return {'\\ud800': 1}",
        "print('\\x1b]0;title\\x07\\x1b[2J')\nraise ValueError('\\x1b[2J')",
    ],
)
def test_what_is_said_can_be_encoded_and_printed(tmp_path: Path, text: str) -> None:
    outcome = ran(tmp_path, text)
    said = str(outcome.failed) + outcome.printed
    assert "\x1b" not in said
    said.encode()


def test_a_thread_that_is_left_is_not_waited_for(tmp_path: Path) -> None:
    left = "import threading, time; threading.Thread(target=time.sleep, args=(300,)).start()"
    assert ran(tmp_path, RIGHT % (left, DICT)).failed is None


def _running(words: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
        except OSError:
            continue
        if b"app.sandbox.runner" in command and words.encode() in command:
            found.append(path.parent.name)
    return found


def _until(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)
