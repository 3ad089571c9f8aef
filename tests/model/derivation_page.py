"""Reads static/derivation.html, for the tests of its numbers, its code and its text."""

from html.parser import HTMLParser
from pathlib import Path

__all__ = ["PAGE", "ROOT", "SUPERSCRIPTS", "Reader", "read"]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "static" / "derivation.html").read_text(encoding="utf-8")
VOID = {"meta", "link", "mspace", "br", "input"}
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


class Reader(HTMLParser):
    """Collects the page's sections, equations, code, errata, and the numbers of its tables."""

    def __init__(self) -> None:
        super().__init__()
        self.arrays: dict[str, list[list[float]]] = {}
        self.code: list[tuple[str, str]] = []  # (file, line)
        self.differences: list[list[str]] = []
        self.sections: list[str] = []
        self.equations: list[str] = []
        self.live: list[str] = []
        self.slips: dict[str, str] = {}  # the words of each row of the errata
        self.ids: set[str] = set()
        self.links: list[str] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.ids |= {str(attributes["id"])} if "id" in attributes else set()
        self._note(tag, attributes)
        self.links += [
            str(attributes[name]) for name in ("href", "src") if attributes.get(name) is not None
        ]
        if tag not in VOID:
            self._open.append((tag, attributes))
        table = self._within("mtable", "data-array")
        if table and tag == "mtable":
            assert table not in self.arrays, f"{table} is on the page twice"
            self.arrays[table] = []
        elif table and tag == "mtr":
            self.arrays[table].append([])
        elif tag == "tr" and self._within("table", "id") == "differences":
            self.differences.append([])

    def _note(self, tag: str, attributes: dict[str, str | None]) -> None:
        name = str(attributes.get("id"))
        if tag == "section":
            self.sections.append(name)
        elif tag == "figure" and attributes.get("class") == "equation":
            self.equations.append(name)
        elif attributes.get("class") == "live":
            self.live.append(str(attributes["data-equation"]))
        elif tag == "tr" and name.startswith("slip-"):
            assert name not in self.slips, f"{name} is on the page twice"
            self.slips[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            opened, _ = self._open.pop()
            assert opened == tag, f"<{opened}> is closed by </{tag}> at {self.getpos()}"

    def handle_data(self, data: str) -> None:
        tag = self._open[-1][0] if self._open else ""
        if slip := self._within("tr", "id"):
            self.slips[slip] += data
        if (table := self._within("mtable", "data-array")) and tag == "mn":
            self.arrays[table][-1].append(float(data.replace("−", "-")))
        elif tag == "code" and (file := self._within("pre", "data-file")):
            self.code += [(file, line) for line in data.splitlines()]
        elif tag == "td" and self._within("table", "id") == "differences":
            self.differences[-1].append(data)

    def _within(self, tag: str, attribute: str) -> str | None:
        """The attribute of the innermost open `tag` that has it."""
        for name, attributes in reversed(self._open):
            if name == tag and attribute in attributes:
                return attributes[attribute]
        return None


def read() -> Reader:
    """The page, read; every element that is opened must be closed."""
    reader = Reader()
    reader.feed(PAGE)
    assert not reader._open
    return reader
