"""`byhand predict FILE…`: recognises the digit in each picture, here or on a server."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.commands.errors import CommandError, explain
from app.imaging import decode
from app.serving.answer import answer
from app.serving.inference import ImageVerdict
from app.serving.readings import settle
from model.confidence.rejection import predict_or_reject
from model.preprocessing import normalize
from model.serialization.checkpoint import BUNDLED, bundled, load_model

if TYPE_CHECKING:
    from app.commands.remote import Server
    from model.classifier import Classifier

__all__ = ["predict"]

SHADES = " .:-=+*#%@"  # from black to white


class PictureResult(NamedTuple):
    """The answer for one picture, as the API gives it, and the deskewed digit, 0..1."""

    answer: dict[str, Any]
    upright: NDArray[np.float32]  # (784,)


Reader = Callable[[Path], PictureResult]


def predict(
    files: list[Path], model: str | None, as_json: bool, show: bool, url: str | None
) -> None:
    """Print a line for each file; after all, raise CommandError if some could not be read."""
    if url is None:
        failed = _print_each(files, _local_reader(model), as_json, show)
    else:
        from app.commands.remote import Server

        with Server(url) as server:
            failed = _print_each(files, _remote_reader(server, model), as_json, show)
    if failed:
        raise CommandError("command.unread_files", failed=failed, files=len(files))


def _print_each(files: list[Path], read: Reader, as_json: bool, show: bool) -> int:
    """Print a line for each file; return how many could not be read."""
    width = max(len(str(file)) for file in files)
    failed = 0
    for file in files:
        try:
            answer, digit = read(file)
        except Exception as error:
            message, _ = explain(error)
            name = "" if str(file) in message else f"{file}: "
            sys.stderr.write(f"byhand: {name}{message}\n")
            failed += 1
            continue
        if as_json:
            print(json.dumps({"file": str(file), **answer}, ensure_ascii=False))
        else:
            shown = answer.get("class") or answer["digit"]
            line = f"{file!s:{width}}  {shown}  {answer['confidence']:.1%}"
            print(f"{line}  {answer['reason']}" if answer["reason"] else line)
        if show:
            print(picture(digit))
    return failed


def _local_reader(model: str | None) -> Reader:
    name = model or BUNDLED[0]
    classifier = bundled(name) if name in BUNDLED else load_model(Path(name))

    def read(file: Path) -> PictureResult:
        pixels, reading = _read(classifier, file.read_bytes())
        read = answer(reading.verdict, reading.row, name, classifier.classes)
        read["confidence"] = round(float(read["confidence"]), 6)
        read["probabilities"] = [round(float(p), 6) for p in read["probabilities"]]
        return PictureResult(read, classifier.upright(pixels)[0] / np.float32(255))

    return read


def _read(classifier: Classifier, data: bytes) -> tuple[NDArray[np.uint8], ImageVerdict]:
    """The 28x28 pixels (1, 784) of a picture and the verdict on them."""
    ink, other = decode.read_foreground(data)
    readings = []
    for each in (ink,) if other is None else (ink, other):
        pixels = normalize.to_mnist(each).reshape(1, 784)
        readings.append((pixels, ImageVerdict(predict_or_reject(classifier, pixels), 0)))
    (usual, reading), (exchanged, second) = readings[0], readings[-1]
    settled = settle(reading, second)
    return (exchanged if settled is second else usual), settled


def _remote_reader(server: Server, model: str | None) -> Reader:
    params = {"details": "true"} | ({} if model is None else {"model": model})

    def read(file: Path) -> PictureResult:
        picture = {"image": (file.name, file.read_bytes(), "application/octet-stream")}
        answer = server.call("POST", "/predict", params=params, files=picture).json()
        digit = np.array(answer.pop("upright"), np.float32)
        del answer["input"], answer["layers"], answer["kinds"]
        return PictureResult(answer, digit)

    return read


def picture(digit: NDArray[np.float32]) -> str:
    """Draw the 28x28 digit as 14 lines of text; a character is two pixels, one above the other."""
    pairs = digit.reshape(14, 2, 28).mean(axis=1)  # (14, 28)
    levels = np.rint(pairs * (len(SHADES) - 1)).astype(int)
    return "\n".join("".join(SHADES[level] for level in row).rstrip() for row in levels)
