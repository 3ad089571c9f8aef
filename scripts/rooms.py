"""The rooms of the code and who imports whom, read from the source for `scripts.architecture`.

A folder is a room; files beside the folders are put into one by FILES. Imports are read, not run:
Python's with `ast`, JavaScript's with a regular expression.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["BUILDINGS", "Building", "Room", "arrows", "every_room", "reduced"]

ROOT = Path(__file__).resolve().parents[1]

#: What lives in each room. A room of files that lie beside the folders is named for them.
WORDS = {
    "app/cli, commands": "what each `byhand …` does",
    "app/main.py": "the service put together, at start",
    "app/routes": "one file a resource; reads like the API's table",
    "app/jobs": "training jobs: queue, worker, events (Dask)",
    "app/serving": "models in memory: predict, explain, evaluate",
    "app/imaging": "bytes of a picture to grey ink (Pillow, OpenCV)",
    "app/sandbox": "a student's file, run with limits",
    "app/worksheets": "exercises on paper (segno)",
    "app/schemas": "what requests and answers hold (pydantic)",
    "app/store": "tables, leases, events, migrations (SQLAlchemy)",
    "app/security, telemetry": "keys, limits, headers; logs, metrics",
    "app/settings, errors": "the environment; each error with its status",
    "model/*.py": "the derivation: forward, backward, update, check",
    "model/confidence": "calibration, rejection of non-digits",
    "model/serialization": ".npz files: models, checkpoints",
    "model/training": "recipe, loop, step, examples, diagnostics",
    "model/exercises": "exercises, and what went wrong in an answer",
    "model/data": "MNIST, IDX files, augmentation",
    "model/synthesis": "digits and non-digits drawn from strokes",
    "model/preprocessing": "28x28 to the inputs: normalise, deskew, edges",
    "model/errors, messages": "each sentence once, one file a language",
    "static/js/*.js": "the page put together",
    "static/js/derivation": "the digit's numbers, derived",
    "static/js/exercises": "ten exercises, and a planted bug",
    "static/js/samples": "one's own drawings, kept and taught",
    "static/js/train": "form, runs, curves",
    "static/js/backprop": "stages, steps",
    "static/js/predict": "the answer, its bars",
    "static/js/draw": "pad, strokes, 28x28",
    "static/js/network": "units and weights, seen",
    "static/js/service": "calls of the API",
    "static/js/ui": "charts, colours, formats",
}
#: Which of them hold files that lie beside the folders.
FILES = {
    "app": {
        "cli": "cli, commands",
        "commands": "cli, commands",
        "main": "main.py",
        "worker": "main.py",  # an older name of app/jobs/worker.py
        "security": "security, telemetry",
        "origins": "security, telemetry",
        "receiving": "security, telemetry",
        "telemetry": "security, telemetry",
        "visitors": "settings, errors",
        "problems": "settings, errors",
        "pools": "settings, errors",
        "settings": "settings, errors",
        "logs": "settings, errors",
        "stderr": "settings, errors",
        "blas": "settings, errors",
        "json_text": "settings, errors",
        "errors": "settings, errors",
    },
    "model": {
        **dict.fromkeys(
            ["network", "activations", "optimizer", "gradcheck", "metrics", "classifier"], "*.py"
        ),
        "errors": "errors, messages",
        "messages": "errors, messages",
        "once": "errors, messages",
    },
    "static/js": dict.fromkeys(["main", "study", "page-state"], "*.js"),
}
BUILDINGS = ("static/js", "app", "model")
JS_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']""")

Arrow = tuple[str, str]  # who imports, what is imported


@dataclass(frozen=True)
class Room:
    """A room, what lives there, and its files beneath the root."""

    name: str
    words: str
    files: tuple[str, ...]

    @property
    def label(self) -> str:
        """Its name within its building."""
        return self.name.rpartition("/")[2]


@dataclass(frozen=True)
class Building:
    """A top folder and its rooms."""

    folder: str
    rooms: tuple[Room, ...]


def room_of(folder: str, path: Path) -> str:
    """The name of a file's room. Exits with a sentence for one that has no room, or no words."""
    first = path.relative_to(ROOT / folder).parts[0]
    stem = first.removesuffix(path.suffix)
    name = f"{folder}/{FILES[folder].get(stem, stem)}"
    if name not in WORDS:
        raise SystemExit(
            f"{path.relative_to(ROOT)} lies in no room: give it one in scripts/rooms.py"
            f" (WORDS for a folder, FILES for a file beside the folders)."
        )
    return name


def every_room(folder: str) -> Building:
    """The rooms of a top folder, in the order of WORDS, with the files found in each."""
    suffix = ".js" if folder == "static/js" else ".py"
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / folder).rglob(f"*{suffix}")):
        if path.parent == ROOT / folder and path.stem == "__init__":
            continue
        found.setdefault(room_of(folder, path), []).append(str(path.relative_to(ROOT)))
    rooms = (Room(name, WORDS[name], tuple(found[name])) for name in WORDS if name in found)
    return Building(folder, tuple(rooms))


def arrows(buildings: Iterable[Building]) -> set[Arrow]:
    """Every (room, room that it imports), imports for type checkers included."""
    found = set()
    for building in buildings:
        for room in building.rooms:
            for file in room.files:
                targets = _js_imports(file) if file.endswith(".js") else _py_imports(file)
                found |= {(room.name, target) for target in targets if target != room.name}
    return found


def _js_imports(file: str) -> Iterator[str]:
    path = ROOT / file
    for reference in JS_IMPORT.findall(path.read_text(encoding="utf-8")):
        target = (path.parent / reference).resolve()
        if target.is_relative_to(ROOT / "static" / "js"):  # words lie beside it
            yield room_of("static/js", target)


def _py_imports(file: str) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from app import errors` names the module last, `from app.errors import …` first.
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            modules = names if "." not in node.module else [node.module]
        for module in modules:
            top, *rest = module.split(".")
            if top in ("app", "model") and rest:
                yield room_of(top, ROOT / top / f"{rest[0]}.py")


def reduced(found: set[Arrow]) -> set[Arrow]:
    """Without the arrows that follow from others: a to c where a leads to b and b to c."""
    below: dict[str, set[str]] = {}

    def reach(room: str, way: tuple[str, ...] = ()) -> set[str]:
        if room in way:
            raise SystemExit(f"Imports run in a circle: {' -> '.join([*way, room])}.")
        if room not in below:
            direct = {target for source, target in found if source == room}
            below[room] = direct.union(*(reach(target, (*way, room)) for target in direct))
        return below[room]

    return {
        (source, target)
        for source, target in sorted(found)
        if not any(target in reach(other) for one, other in found if one == source)
    }
