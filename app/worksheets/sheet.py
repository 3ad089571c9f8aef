"""Worksheets as HTML: what is given, empty boxes for what is asked, and if wished a key."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from app.settings import STATIC
from model.exercises import Exercise, exercise
from model.messages import say

__all__ = ["LEVELS", "MOST_SHEETS", "document", "is_loopback", "sheets", "style"]

LEVELS = (1, 2, 3)  # those for a pencil
MOST_SHEETS = 60
DIGITS = 4  # after the point

#: The steps in order: what each is called, and its formula.
FORMULAS = {
    "Y": "Y = one-hot(y)",
    "Z1": "Z1 = X W1 + b1",
    "H": "H = σ(Z1)",
    "Z2": "Z2 = H W2 + b2",
    "P": "P = softmax(Z2)",
    "D2": "D2 = P − Y",
    "dW2": "dW2 = Hᵀ D2",
    "db2": "db2 = D2",
    "D1": "D1 = (D2 W2ᵀ) ∘ H ∘ (1 − H)",
    "dW1": "dW1 = Xᵀ D1",
    "db1": "db1 = D1",
}
GIVEN = ("X", "y", "W1", "b1", "W2", "b2")


def style() -> Path:
    """The style sheet that a worksheet is printed with."""
    return STATIC / "css" / "paper.css"


def document(body: str, head: str) -> str:
    """The whole page; `head` brings the style sheet, as a link or as itself."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text('worksheet.title')}</title>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def sheets(
    level: int,
    seed: int,
    count: int,
    address: str,
    solution: bool = False,
    formulas: bool = False,
) -> str:
    """`count` sheets with the seeds from `seed` on, and behind them all their key if wished.

    `address` is byhand's own, without a slash at its end; the code of each sheet leads there. With
    `formulas` a sheet says how each step is worked out.
    """
    tasks = [exercise(level, (seed + number) % 2**32) for number in range(count)]
    pages = [_sheet(task, address, formulas) for task in tasks]
    note = _note(address) if is_loopback(address) else ""
    return "\n".join([note, *pages, *([_key(tasks)] if solution else [])])


def is_loopback(address: str) -> bool:
    """Whether only the machine itself reaches this address, and no pupil's phone."""
    host = urlsplit(address).hostname or ""
    return host == "localhost" or host.startswith("127.") or host == "::1"


def _note(address: str) -> str:
    return f'<p class="note">{_text("worksheet.loopback", address=address)}</p>'


def _key(tasks: Sequence[Exercise]) -> str:
    """The solutions of all sheets, short, several on a page."""
    solved = "".join(
        f'<section data-exercise="{task.id}"><h2>{_text("worksheet.id", id=task.id)}</h2>'
        f'<div class="solutions">{"".join(_solution(task))}</div></section>'
        for task in tasks
    )
    return f'<article class="key"><h1>{_text("worksheet.solution")}</h1>{solved}</article>'


def _solution(task: Exercise) -> Iterable[str]:
    for name in _asked(task):
        table = _table(_rows(_value(task, name)), f"{name}-solution")
        yield f"<figure><figcaption>{_formula(name)}</figcaption>{table}</figure>"


def _asked(task: Exercise) -> list[str]:
    return [name for name in FORMULAS if name not in task.shown and _is_asked(task, name)]


def _sheet(task: Exercise, address: str, formulas: bool) -> str:
    import segno  # only here: a service that prints no sheets starts without it

    boxes = "".join(_boxes(name, _value(task, name), formulas) for name in _asked(task))
    link = f"{address}/exercises#level={task.level}&seed={task.seed}"
    code = segno.make(link, micro=False, error="m").svg_inline(border=2, omitsize=True)
    given = "".join(_given(task, GIVEN)) + "".join(_given(task, task.shown))
    return (
        f'<article class="sheet" data-exercise="{task.id}">\n'
        f"<header><h1>{_text('worksheet.title')}</h1>{_who()}</header>\n"
        f"<p>{_text('worksheet.task', level=task.level)}</p>\n"
        f'<section class="given"><h2>{_text("worksheet.given")}</h2>{given}</section>\n'
        f'<section><h2>{_text("worksheet.asked")}</h2><ol class="steps">{boxes}</ol></section>\n'
        f'<footer><div class="code">{code}</div><p>{_text("worksheet.check")}<br>'
        f"<code>{html.escape(link)}</code><br>{_text('worksheet.id', id=task.id)}</p></footer>\n"
        "</article>"
    )


def _is_asked(task: Exercise, name: str) -> bool:
    """Whether the level needs this step: the hidden layer's only if its gradients are asked for."""
    if name in ("D1", "dW1", "db1"):
        return "dW1" in task.asked
    return name != "dW2" or "dW2" in task.asked


def _given(task: Exercise, names: Iterable[str]) -> Iterable[str]:
    for name in names:
        table = _table(_rows(_value(task, name)), name)
        yield f"<figure><figcaption>{_formula(name)}</figcaption>{table}</figure>"


def _value(task: Exercise, name: str) -> Any:
    """An array of the exercise, of its solution, or a gradient, by name."""
    if name in (arrays := task.arrays()):
        return arrays[name]
    solved = task.solve()
    return solved.grads[name] if name in solved.grads else getattr(solved, name)


def _rows(values: Any) -> Sequence[Sequence[str]]:
    array = np.atleast_2d(values)
    if array.dtype.kind in "iu":
        return [[str(value) for value in row] for row in array]
    plain = [[f"{value:z.{DIGITS}f}" for value in row] for row in array]  # z: no −0
    short = [[text.rstrip("0").rstrip(".") for text in row] for row in plain]
    return [[text.replace("-", "−") for text in row] for row in short]


def _table(rows: Sequence[Sequence[str]], name: str) -> str:
    body = "".join("<tr>" + "".join(f"<td>{v}</td>" for v in row) + "</tr>" for row in rows)
    return f'<table data-array="{name}"><tbody>{body}</tbody></table>'


def _who() -> str:
    fields = ("worksheet.name", "worksheet.date")
    return f'<p class="who">{"".join(f"<span>{_text(each)}</span>" for each in fields)}</p>'


def _boxes(name: str, values: Any, formulas: bool) -> str:
    rows, columns = np.atleast_2d(values).shape
    told = _formula(name) if formulas else f'<span class="formula">{name}</span>'
    empty = _table([[""] * columns] * rows, name).replace("<table", '<table class="boxes"')
    return f'<li>{told}{empty}<span class="room"></span></li>'


def _formula(name: str) -> str:
    return f'<span class="formula">{html.escape(FORMULAS.get(name, name))}</span>'


def _text(code: str, **values: Any) -> str:
    return html.escape(say(code, **values))
