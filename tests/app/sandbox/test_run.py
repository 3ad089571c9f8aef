"""What a file can do to whoever checks it: nothing; and what is said of each that tries."""

import sys
from pathlib import Path

import numpy as np
import pytest

from app.sandbox.run import KEPT, Outcome, run
from model.exercises import diagnose, exercise

TASK = exercise(4, 1)
RIGHT = """
import numpy as np

def backprop(X, y, params):
    Y = np.eye(len(params.b2))[y]
    H = 1 / (1 + np.exp(-(X @ params.W1 + params["b1"])))
    E = np.exp(H @ params.W2 + params.b2)
    D2 = (E / E.sum(axis=1, keepdims=True) - Y) / len(X)
    D1 = D2 @ params.W2.T * H * (1 - H)
    %s
    return %s
"""
DICT = "{'dW1': X.T @ D1, 'db1': D1.sum(axis=0), 'dW2': H.T @ D2, 'db2': D2.sum(axis=0)}"
TEXT = """
import numpy as np

def sigmoid_derivative(z):
    s = 1 / (1 + np.exp(-z))
    return s * (1 - s)

def backprop(X, y, model, learning_rate=0.01):
    y_hat = model.forward(X)
    dz2 = y_hat - y
    dw2 = np.dot(model.a1.T, dz2) / X.shape[0]
    db2 = np.sum(dz2, axis=0, keepdims=True) / X.shape[0]
    dz1 = np.dot(dz2, model.w2.T) * sigmoid_derivative(model.z1)
    dw1 = np.dot(X.T, dz1) / X.shape[0]
    db1 = np.sum(dz1, axis=0, keepdims=True) / X.shape[0]
    model.w2 -= learning_rate * dw2
    model.b2 -= learning_rate * db2
    model.w1 -= learning_rate * dw1
    model.b1 -= learning_rate * db1
"""
NETWORK = """
class FCNetwork:
    def __init__(self, input_dim, hidden_dim, output_dim):
        self.w1 = np.random.randn(input_dim, hidden_dim)
        self.sizes = (input_dim, hidden_dim, output_dim)

    def forward(self, X):
        assert self.sizes == (8, 5, 4)
        self.z1 = X @ self.w1 + self.b1
        self.a1 = 1 / (1 + np.exp(-self.z1))
        z2 = self.a1 @ self.w2 + self.b2
        e = np.exp(z2 - np.max(z2, axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)
"""


def ran(tmp_path: Path, text: str, seconds: int = 20) -> Outcome:
    file = tmp_path / "mine.py"
    file.write_text(text, encoding="utf-8")
    return run(file, {"0": TASK.arrays()}, seconds)


def failure(tmp_path: Path, text: str, seconds: int = 20) -> str:
    outcome = ran(tmp_path, text, seconds)
    assert outcome.failed is not None
    assert outcome.calls == {}
    return str(outcome.failed)


@pytest.mark.parametrize(
    "text",
    [
        RIGHT % ("pass", DICT),
        RIGHT % ("pass", "X.T @ D1, D1.sum(axis=0), H.T @ D2, D2.sum(axis=0)"),
        RIGHT % ("pass", DICT.replace("'dW", "'w").replace("'db", "'grad_b")),
        (RIGHT % ("pass", DICT))
        .replace("X, y,", "X, Y,")
        .replace("Y = np.eye", "k = np.eye")
        .replace(")[y]", ")"),
        TEXT,
        TEXT + NETWORK,
        (TEXT + NETWORK).replace(
            "model.w2 -= learning_rate * dw2", "model.w2 = model.w2 - learning_rate * dw2"
        ),
        (RIGHT % ("pass", DICT)) + "\nif __name__ == '__main__':\n    raise SystemExit(3)\n",
    ],
)
def test_either_signature_gives_the_gradients(tmp_path: Path, text: str) -> None:
    outcome = ran(tmp_path, text)
    assert outcome.failed is None
    assert diagnose(outcome.calls["0"], TASK).right


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def backprop(X, y, params):\n    while True: pass", "more than 2 seconds"),
        ("import time\ntime.sleep(60)", "more than 2 seconds"),
        ("def other(): pass", "no function backprop"),
        ("backprop = 5", "no function backprop"),
        ("def backprop(X): pass", "backprop takes (X)"),
        ("def backprop(X, y, params): return None", "returned NoneType"),
        ("def backprop(X, y, params): yield 1", "expected a dict"),
        ("def backprop(X, y, params): return {}", "an empty dict"),
        ("def backprop(X, y, params): return {'loss': 1}", "returned loss"),
        ("def backprop(X, y, params): return {'dW1': 'abc'}", "dW1: expected an array of real"),
        (
            "def backprop(X, y, params): return {'dW1': [object()]}",
            "dW1: expected an array of real",
        ),
        ("def backprop(X, y, params): return {'dW1': [[1], [1, 2]]}", "dW1: expected an array"),
        ("def backprop(X, y, params):\n    return 1 / 0", "ZeroDivisionError: division by zero"),
        ("def backprop(X, y, params):\n    return 1 / 0", "mine.py:2: return 1 / 0"),
        ("def backprop(X, y, params)\n    pass", "SyntaxError"),
        ("\x00", "failed:"),
        ("import nothing_of_this_name", "No module named 'nothing_of_this_name'"),
        ("raise SystemExit(0)", "has to return its gradients"),
        ("import os\nos._exit(0)", "ended without an answer"),
        ("import os\nos.abort()", "ended without an answer"),
        ("def backprop(X, y, params): return backprop(X, y, params)", "RecursionError"),
        ("import numpy\nx = numpy.ones((2**40,))", "MemoryError"),
        ("x = []\nwhile True: x.append(bytearray(2**26))", "MemoryError"),
    ],
)
def test_files_that_give_no_gradients_are_told_so(tmp_path: Path, text: str, words: str) -> None:
    assert words in failure(tmp_path, text, seconds=2 if "2 seconds" in words else 20)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import socket\nsocket.create_connection(('127.0.0.1', 9))", "use the network"),
        ("import urllib.request\nurllib.request.urlopen('http://127.0.0.1')", "use the network"),
        ("import os\nos.fork()", "start a process"),
        ("import os\nos.system('true')", "start a program"),
        ("import subprocess\nsubprocess.run(['true'])", "start a program"),
        ("import multiprocessing as m\nm.Process(target=print).start()", "start a pro"),
        ("import os\nos.kill(os.getppid(), 9)", "end a process"),
        ("open({victim!r}, 'w')", "outside of its own folder"),
        ("import os\nos.remove({victim!r})", "outside of its own folder"),
        ("import os\nos.rename({victim!r}, 'x')", "outside of its own folder"),
        ("import shutil\nshutil.rmtree({folder!r})", "outside of its own folder"),
        ("import pathlib\npathlib.Path({victim!r}).write_text('')", "outside of its own folder"),
    ],
)
def test_what_a_backward_pass_has_no_business_with_is_refused(
    tmp_path: Path, text: str, words: str
) -> None:
    victim = tmp_path / "kept" / "thesis.txt"
    victim.parent.mkdir()
    victim.write_text("years of work")
    assert words in failure(tmp_path, text.format(victim=str(victim), folder=str(victim.parent)))
    assert victim.read_text() == "years of work"


def test_a_gigabyte_of_output_is_cut(tmp_path: Path) -> None:
    loud = "import sys\nfor _ in range(300): sys.stdout.write('x' * 2**20)\n"
    outcome = ran(tmp_path, loud + RIGHT % ("pass", DICT))
    assert outcome.failed is None
    assert outcome.printed == "x" * KEPT


@pytest.mark.parametrize(
    "trick",
    [
        "import sys; sys.stdout.close(); sys.stderr.close()",
        "import os; os.close(1); os.close(2)",
        "import builtins; builtins.open = builtins.print = None",
        "open('grads.npz', 'wb').write(b'nonsense')",
        "open('task.npz', 'wb').write(b'nonsense')",
        "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()",
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    ],
)
def test_tricks_change_nothing(tmp_path: Path, trick: str) -> None:
    outcome = ran(tmp_path, RIGHT % (trick, DICT))
    assert outcome.failed is None
    assert diagnose(outcome.calls["0"], TASK).right


def test_words_that_a_file_puts_in_our_mouth_are_not_said(tmp_path: Path) -> None:
    own = '{"code": "no.such", "values": {}}'
    text = f"import os\nopen('failed.json', 'w').write({own!r})\nos._exit(1)"
    assert "ended without an answer" in failure(tmp_path, text)


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="it looks for processes in /proc: run it on Linux"
)
def test_nothing_is_left_running(tmp_path: Path) -> None:
    failure(tmp_path, "while True: pass", seconds=2)
    left = [p for p in Path("/proc").glob("[0-9]*/cmdline") if _reads(p, str(tmp_path))]
    assert left == []


def _reads(path: Path, text: str) -> bool:
    try:
        return text.encode() in path.read_bytes()
    except OSError:
        return False


def test_a_file_is_called_once_for_each_task_in_one_process(tmp_path: Path) -> None:
    counting = RIGHT.replace("def backprop", "calls = []\ndef backprop") % (
        "calls.append(1)",
        DICT.replace("'db2': D2.sum(axis=0)", "'db2': D2.sum(axis=0) * len(calls)"),
    )
    file = tmp_path / "mine.py"
    file.write_text(counting)
    outcome = run(file, {"a": TASK.arrays(), "b": TASK.arrays()})
    one, two = (np.asarray(outcome.calls[name]["db2"]) for name in "ab")
    assert np.array_equal(2 * one, two)


def test_the_same_lines_are_printed_once(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    loud = "print('loads')\n" + RIGHT % ("print('called', X.shape)", DICT)
    file.write_text(loud)
    outcome = run(file, {name: TASK.arrays() for name in "abcde"})
    assert outcome.failed is None
    assert outcome.printed == f"loads\ncalled {TASK.X.shape}\n"
