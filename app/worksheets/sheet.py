"""A worksheet as HTML: what is given, empty boxes for what is asked, and if wished the solution."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.settings import STATIC
from model.exercises import Exercise, exercise
from model.messages import say

__all__ = ["LEVELS", "MOST_SHEETS", "document", "sheets", "style"]

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
    "D2": "δ2 = P − Y",
    "dW2": "dW2 = Hᵀ δ2",
    "db2": "db2 = δ2",
    "D1": "δ1 = (δ2 W2ᵀ) ∘ H ∘ (1 − H)",
    "dW1": "dW1 = Xᵀ δ1",
    "db1": "db1 = δ1",
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


def sheets(level: int, seed: int, count: int, address: str, solution: bool) -> str:
    """`count` sheets with the seeds from `seed` on, each with its solution behind it if wished.

    `address` is byhand's own, without a slash at its end; the code of each sheet leads there.
    """
    pages = []
    for number in range(count):
        task = exercise(level, (seed + number) % 2**32)
        pages.append(_sheet(task, address))
        if solution:
            pages.append(_solution(task, address))
    return "\n".join(pages)


def _sheet(task: Exercise, address: str) -> str:
    asked = [name for name in FORMULAS if name not in task.shown and _is_asked(task, name)]
    boxes = "".join(_boxes(name, _value(task, name)) for name in asked)
    return _page(task, address, "worksheet.title", f'<ol class="steps">{boxes}</ol>')


def _solution(task: Exercise, address: str) -> str:
    asked = [name for name in FORMULAS if name not in task.shown and _is_asked(task, name)]
    steps = "".join(
        f"<li>{_formula(name)}{_table(_rows(_value(task, name)), f'{name}-solution')}</li>"
        for name in asked
    )
    return _page(task, address, "worksheet.solution", f'<ol class="steps">{steps}</ol>')


def _page(task: Exercise, address: str, title: str, steps: str) -> str:
    import segno  # only here: a service that prints no sheets starts without it

    link = f"{address}/exercises#level={task.level}&seed={task.seed}"
    code = segno.make(link, micro=False, error="m").svg_inline(border=2, omitsize=True)
    given = "".join(_given(task, GIVEN)) + "".join(_given(task, task.shown))
    return (
        f'<article class="sheet" data-exercise="{task.id}">\n'
        f'<header><h1>{_text(title)}</h1><p class="who">{_text("worksheet.who")}</p></header>\n'
        f"<p>{_text('worksheet.task', level=task.level)}</p>\n"
        f'<section class="given"><h2>{_text("worksheet.given")}</h2>{given}</section>\n'
        f"<section><h2>{_text('worksheet.asked')}</h2>{steps}</section>\n"
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
    plain = [[f"{value:.{DIGITS}f}" for value in row] for row in array]
    short = [[text.rstrip("0").rstrip(".") for text in row] for row in plain]
    return [[text.replace("-", "−") for text in row] for row in short]


def _table(rows: Sequence[Sequence[str]], name: str) -> str:
    body = "".join("<tr>" + "".join(f"<td>{v}</td>" for v in row) + "</tr>" for row in rows)
    return f'<table data-array="{name}"><tbody>{body}</tbody></table>'


def _boxes(name: str, values: Any) -> str:
    rows, columns = np.atleast_2d(values).shape
    empty = _table([[""] * columns] * rows, name).replace("<table", '<table class="boxes"')
    return f'<li>{_formula(name)}{empty}<span class="room"></span></li>'


def _formula(name: str) -> str:
    return f'<span class="formula">{html.escape(FORMULAS.get(name, name))}</span>'


def _text(code: str, **values: Any) -> str:
    return html.escape(say(code, **values))
