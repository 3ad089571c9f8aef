"""Every command of the README and the docs is run, and prints what the page says it prints.

A ```console block holds commands after `$ ` (a line that ends in \\ goes on) and what they print.
Numbers may differ; `…` stands for anything. An id of 20 hexadecimal digits in a block stands for
the real one in all that follows, so a page reads as one session. Blocks in another language must
not hold commands.
"""

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.data.idx import load_mnist_part
from tests.conftest import serving
from tests.model.data.test_idx import idx_bytes
from tests.shapes import shapes_and_labels, shapes_zip

ROOT = Path(__file__).parents[2]
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    *sorted(str(page.relative_to(ROOT)) for page in ROOT.glob("docs/*.md")),
]
SHOWS = {"text", "json", "python", "javascript", "yaml", "dockerfile", "ini", ""}  # not commands
ADDRESS = re.compile(r"(localhost|127\.0\.0\.1):8000")
ID = re.compile(r"\b[0-9a-f]{20}\b")
NUMBER = r"[-+]?\d+(?:[.,:]\d+)*(?:e[-+]?\d+)?"
SECONDS = 100  # for one command


@dataclass(frozen=True)
class Command:
    """One command of a page and what the page says it prints."""

    line: int
    text: str
    expected: str


def blocks(page: str) -> list[tuple[int, str, list[str]]]:
    """(line, language, content) of every fenced block."""
    found, lines = [], (ROOT / page).read_text().splitlines()
    starts = [number for number, line in enumerate(lines) if line.lstrip().startswith("```")]
    assert len(starts) % 2 == 0, f"{page}: a fence is not closed"
    for start, end in zip(starts[::2], starts[1::2], strict=True):
        found.append((start + 2, lines[start].strip()[3:].strip(), lines[start + 1 : end]))
    return found


def commands(page: str) -> list[Command]:
    found = []
    for first, language, lines in blocks(page):
        if language != "console":
            continue
        assert lines[0].startswith("$ "), f"{page}:{first}: a console block starts with `$ `"
        starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            stop = start
            while lines[stop].endswith("\\"):
                stop += 1
            text = "\n".join(lines[start : stop + 1])[2:]
            found.append(Command(first + start, text, "\n".join(lines[stop + 1 : end])))
    return found


def pattern(expected: str) -> re.Pattern[str]:
    """What an output must look like: numbers and ids may differ, … is anything."""
    parts = re.split(rf"({ID.pattern}|…|{NUMBER}|\s+)", expected.strip())
    return re.compile("".join(map(loosen, parts)) + r"\s*", re.DOTALL)


def loosen(part: str) -> str:
    if part == "…":
        return ".*?"
    if ID.fullmatch(part):
        return "([0-9a-f]{20})"
    if re.fullmatch(NUMBER, part):
        return NUMBER
    return r"\s+" if part.isspace() else re.escape(part)


@pytest.mark.parametrize("page", PAGES)
def test_blocks_are_commands_or_plainly_not(page: str) -> None:
    for line, language, content in blocks(page):
        assert language in SHOWS | {"console"}, f"{page}:{line}: {language!r} is not run"
        if language != "console":
            hidden = [text for text in content if text.startswith(("$ ", "curl ", "byhand "))]
            assert not hidden, f"{page}:{line}: write commands in a console block: {hidden}"


@pytest.mark.timeout(400)
@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)])
def test_commands_print_what_the_page_says(page: str, server: str, desk: Path) -> None:
    ids: dict[str, str] = {}
    for command in commands(page):
        where = f"{page}:{command.line}: {command.text}"
        if is_about_the_machine(command.text):
            continue
        printed = run(replaced(command.text, ids), server, desk)
        printed = replaced(printed, {real: shown for shown, real in ids.items()})
        match = pattern(command.expected).fullmatch(printed.lstrip())
        assert match, f"{where}\n--- expected\n{command.expected}\n--- printed\n{printed}"
        found = zip(ID.findall(command.expected), match.groups(), strict=True)
        ids |= {shown: real for shown, real in found if shown not in ids}


def replaced(text: str, ids: dict[str, str]) -> str:
    return ID.sub(lambda match: ids.get(match[0], match[0]), text)


def run(text: str, server: str, desk: Path) -> str:
    """What a command prints, with byhand on the PATH and the live server in the place of :8000."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BYHAND_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", ADDRESS.sub(server.removeprefix("http://"), text)],
        cwd=desk,
        env=clean | {"PATH": path, "COLUMNS": "100", "BYHAND_DATA_DIR": str(desk / "data")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.stdout.replace(server, "http://localhost:8000")


def is_about_the_machine(text: str) -> bool:
    """Whether it sets up or occupies a machine; then what can be checked of it here is."""
    words = [word for word in text.split() if not re.match("[A-Z_]+=", word)]
    if words[0] == ".venv/bin/pytest":
        # The tests that it names exist; they run with all others.
        assert all((ROOT / name).exists() for name in words[1:] if name.startswith("tests/"))
        if "-k" in words:
            named = [sys.executable, "-m", "pytest", "-q", "--collect-only", *words[1:]]
            subprocess.run(named, check=True, capture_output=True, cwd=ROOT)
        return True
    if words[0] == "make":
        targets = [word for word in words[1:] if "=" not in word]
        dry = ["make", "--dry-run", "--always-make", "-C", str(ROOT), *targets]
        subprocess.run(dry, check=True, capture_output=True)
        return True
    if words[0] == "docker":
        assert words[1] in {"build", "run", "compose"}, f"what does {text!r} do?"
        assert (ROOT / "Dockerfile").is_file()
        return True
    if words[0] in {"git", "cd", "sudo", ".venv/bin/pip", ".venv/bin/pre-commit"}:
        return True
    if words[:2] == ["byhand", "serve"] or "byhand serve" in text:
        options = set(re.findall(r"--[a-z-]+", text))
        usage = subprocess.run(
            [Path(sys.executable).parent / "byhand", "serve", "--help"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        assert options <= set(re.findall(r"--[a-z-]+", usage)), f"{text!r} has an unknown option"
        return True
    return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of these pages' own: no other test's job stands before theirs in the queue."""
    with serving(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the files that the pages speak of: digit.png, things.zip and others."""
    directory = tmp_path_factory.mktemp("desk")
    images, labels = load_mnist_part("test")
    for name, digit in {"digit.png": 7, "three.png": 3}.items():
        first = images[int(np.flatnonzero(labels == digit)[0])]
        Image.fromarray(first.reshape(28, 28)).save(directory / name)
    (directory / "digits.bin").write_bytes(images[:3].tobytes())
    (directory / "things.zip").write_bytes(shapes_zip())
    for part in ("train", "t10k"):  # as Fashion-MNIST's, and small
        pictures, kinds = shapes_and_labels(10)
        for name, values in (
            ("images-idx3", pictures.reshape(-1, 28, 28)),
            ("labels-idx1", kinds),
        ):
            file = directory / f"{part}-{name}-ubyte.gz"
            file.write_bytes(gzip.compress(idx_bytes(values)))
    return directory


def test_the_pattern_is_loose_about_numbers_alone() -> None:
    assert pattern('{"digit": 7, "confidence": 0.99}').fullmatch(
        '{"digit": 3, "confidence": 1e-05}'
    )
    assert pattern('{"digit": 7, …}').fullmatch('{"digit": 7, "confidence": 0.5}\n')
    assert not pattern('{"digit": 7}').fullmatch('{"error": 7}')
    assert not pattern("Saved.").fullmatch("Saved. byhand: something else")
