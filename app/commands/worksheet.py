"""`byhand worksheet`: exercises on paper, as an HTML file to be printed."""

from __future__ import annotations

from pathlib import Path

from app.worksheets.sheet import document, sheets, style
from model.messages import say

__all__ = ["worksheet"]


def worksheet(
    level: int, seed: int, count: int, solution: bool, address: str, output: Path | None
) -> None:
    """Write the sheets to a file, or print them; the style sheet is inside."""
    head = f"<style>\n{style().read_text(encoding='utf-8')}</style>"
    text = document(sheets(level, seed, count, address.rstrip("/"), solution), head)
    if output is None:
        print(text, end="")
        return
    output.write_text(text, encoding="utf-8")
    print(say("worksheet.written", path=str(output), count=count, level=level, seed=seed))
