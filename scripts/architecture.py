"""Draw the rooms and who imports whom: docs/images/architecture.svg, and the table beside it.

    python -m scripts.architecture        # or: make architecture

Layers run from top to bottom, so that every arrow points down; one that follows from others is
left out. Plain SVG, readable in light and in dark.
"""

import textwrap
from collections.abc import Sequence
from html import escape

from scripts.layers import Drawing, Place, draw
from scripts.rooms import BUILDINGS, ROOT, Building, Room, arrows, every_room, reduced

__all__ = ["main", "svg", "table", "with_table"]

PICTURE = ROOT / "docs/images/architecture.svg"
PAGE = ROOT / "docs/architecture.md"
BEGIN, END = "<!-- rooms: made by `make architecture` -->\n", "<!-- end of rooms -->"

WIDTH = 1060
MARGIN, TITLE = 14, 34  # around a building's rooms, and for its name
LEFT = 424  # static/, beside which app/ stands
LETTER = 6.2  # pixels, of a room's words
STYLE = """
  svg { color: #1d2733; background: #ffffff; }
  .building { fill: #f3f5f8; stroke: #c9d1db; }
  .room { fill: #ffffff; stroke: #7d8b9c; }
  .title { font: 600 15px system-ui, sans-serif; fill: #5a6878; }
  .name { font: 600 13.5px system-ui, sans-serif; }
  .words { font: 11px system-ui, sans-serif; fill: #46525f; }
  .arrow { fill: none; stroke: #5b7ea8; stroke-width: 1.4; }
  .asks { stroke-dasharray: 5 4; stroke: #b5651d; }
  #head path { fill: #5b7ea8; }
  @media (prefers-color-scheme: dark) {
    svg { color: #e6ebf1; background: #14191f; }
    .building { fill: #1b222a; stroke: #38434f; }
    .room { fill: #242d37; stroke: #66758a; }
    .title { fill: #9fb0c3; }
    .words { fill: #b7c2ce; }
    .arrow { stroke: #8fb4e3; }
    .asks { stroke: #e8a35c; }
    #head path { fill: #8fb4e3; }
  }"""


def svg() -> str:
    """The picture: static/ beside app/, and model/ beneath."""
    page, app, model = (every_room(folder) for folder in BUILDINGS)
    kept = reduced(arrows([page, app, model]))
    right = draw([app, model], kept, LEFT + MARGIN + 8, WIDTH - MARGIN - 8, MARGIN + TITLE)
    left = draw([page], kept, MARGIN + 8, LEFT - MARGIN - 8, MARGIN + TITLE)
    edge = LEFT + MARGIN, WIDTH - MARGIN
    frames = [
        _frame("static/js: the page", left, [page], MARGIN, LEFT - MARGIN),
        _frame(
            "app: the service and the command line", right, [app], LEFT + MARGIN, WIDTH - MARGIN
        ),
        _frame("model: the network", right, [model], *edge),
    ]
    rooms = [
        _room(room, drawing.places[room.name])
        for drawing, building in [(left, page), (right, app), (right, model)]
        for room in building.rooms
    ]
    lines = [
        f'<path class="arrow" marker-end="url(#head)" data-from="{source}" data-to="{target}" '
        f'd="{path}"/>'
        for drawing in (left, right)
        for (source, target), path in sorted(drawing.paths.items())
    ]
    height = max(left.bottom, right.bottom) + 2 * MARGIN
    notes = [*_asks(left.places["static/js/service"]), *_notes(left.bottom + 70)]
    head = (
        '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0 8 4 0 8Z"/></marker>'
    )
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'width="{WIDTH}" height="{height:.0f}" role="img" fill="currentColor">'
    )
    title = "<title>The rooms of byhand; an arrow goes from a room to one that it imports</title>"
    parts = [opening, title, f"<style>{STYLE}</style>", head]
    return "\n".join([*parts, *frames, *lines, *rooms, *notes, "</svg>"]) + "\n"


def _frame(
    title: str, drawing: Drawing, buildings: Sequence[Building], left: float, right: float
) -> str:
    places = [drawing.places[room.name] for one in buildings for room in one.rooms]
    top = min(place.top for place in places) - TITLE
    bottom = max(place.bottom for place in places) + MARGIN
    return (
        f'<rect class="building" x="{left}" y="{top:.0f}" width="{right - left}" '
        f'height="{bottom - top:.0f}" rx="10"/>'
        f'<text class="title" x="{left + 14}" y="{top + 22:.0f}">{escape(title)}</text>'
    )


def _room(room: Room, place: Place) -> str:
    lines = textwrap.wrap(room.words.replace("`", ""), int((place.width - 12) / LETTER))
    text = "".join(
        f'<text class="words" x="{place.left + 10:.0f}" y="{place.top + 35 + 14 * row:.0f}">'
        f"{escape(line)}</text>"
        for row, line in enumerate(lines)
    )
    return (
        f'<rect class="room" data-room="{room.name}" x="{place.left:.0f}" y="{place.top:.0f}" '
        f'width="{place.width:.0f}" height="{place.bottom - place.top:.0f}" rx="6"/>'
        f'<text class="name" x="{place.left + 10:.0f}" y="{place.top + 19:.0f}">'
        f"{room.label}</text>{text}"
    )


def _asks(service: Place) -> list[str]:
    """The one way from the page to the service."""
    y = (service.top + service.bottom) / 2
    start, end = service.left + service.width, LEFT + MARGIN
    return [
        f'<path class="arrow asks" marker-end="url(#head)" d="M{start:.0f} {y:.0f}H{end - 2}"/>',
        f'<text class="words" x="{(start + end) / 2 - 14:.0f}" y="{y - 7:.0f}">HTTP</text>',
    ]


def _notes(top: float) -> list[str]:
    """What the arrows mean, in the free place beneath static/."""
    texts = [
        "An arrow goes from a room to one that it imports.",
        "All point down. One that follows from others is",
        "left out: main.py imports store too.",
        "The page knows the service by its HTTP alone.",
    ]
    return [
        f'<text class="words" x="{MARGIN + 14}" y="{top + 17 * row:.0f}">{text}</text>'
        for row, text in enumerate(texts)
    ]


def table() -> str:
    """The rooms as Markdown: what lives there, and which rooms each imports, directly."""
    buildings = [every_room(folder) for folder in BUILDINGS[::-1]]
    found = arrows(buildings)
    names = [room.name for building in buildings[::-1] for room in building.rooms]
    rows = ["| room | what lives there | imports |", "|---|---|---|"]
    for building in buildings:
        for room in building.rooms:
            targets = [target for target in names if (room.name, target) in found]
            listed = ", ".join(f"`{target}`" for target in targets) or "none of them"
            rows.append(f"| `{room.name}` | {room.words} | {listed} |")
    return "\n".join(rows) + "\n"


def with_table(page: str) -> str:
    """The page with the table of today between its two marks. Raises ValueError without them."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}{table()}{END}{after}"


def main() -> None:
    """Write both."""
    PICTURE.write_text(svg(), encoding="utf-8")
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)}, {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
