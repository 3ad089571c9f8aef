"""`byhand worksheet`: exercises on paper, as an HTML file to be printed."""

from __future__ import annotations

import sys
from pathlib import Path

from app.worksheets.sheet import document, is_loopback, sheets, style
from model.messages import say

__all__ = ["worksheet"]


def worksheet(
    level: int,
    seed: int,
    count: int,
    solution: bool,
    formulas: bool,
    address: str,
    output: Path | None,
) -> None:
    """Write the sheets to a file, or print them; the style sheet is inside."""
    address = address.rstrip("/")
    if is_loopback(address):
        print(say("worksheet.loopback_command", address=address), file=sys.stderr)
    head = f"<style>\n{style().read_text(encoding='utf-8')}</style>"
    text = document(sheets(level, seed, count, address, solution, formulas), head)
    if output is None:
        print(text, end="")
        return
    output.write_text(text, encoding="utf-8")
    print(say("worksheet.written", path=str(output), count=count, level=level, seed=seed))
