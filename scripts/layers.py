"""Place boxes in layers so that every arrow points down (Sugiyama, Tagawa and Toda 1981).

Each box lies one layer below the lowest that leads to it; an arrow that passes a layer gets a
waypoint there; layers are ordered by the mean place of their neighbours, again and again, from
many orders to begin with; and the one whose arrows cross least is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from random import Random
from statistics import fmean

from scripts.rooms import Arrow, Building

__all__ = ["Drawing", "Place", "draw"]

BOX_WIDTH, BOX_HEIGHT = 170, 70
BETWEEN = 34  # from one layer to the next
BETWEEN_BUILDINGS = 92
GAP, WAYPOINT = 10, 14
TRIES, SWEEPS = 60, 12

Node = str | tuple[Arrow, int]  # a room, or an arrow's waypoint in a layer


@dataclass(frozen=True)
class Place:
    """A box: its left edge, its width, its top and its bottom."""

    left: float
    width: float
    top: float
    bottom: float


@dataclass(frozen=True)
class Drawing:
    """Where each room is and the path of each arrow."""

    places: dict[str, Place]
    paths: dict[Arrow, str]
    bottom: float


def draw(
    buildings: Sequence[Building], arrows: set[Arrow], left: float, right: float, top: float
) -> Drawing:
    """Buildings beneath one another, between `left` and `right`, the first room at `top`."""
    names = [room.name for building in buildings for room in building.rooms]
    inside = {arrow for arrow in arrows if arrow[0] in names and arrow[1] in names}
    layer_of, tops = _layers(buildings, inside, top)
    layers = _with_waypoints(names, inside, layer_of, len(tops))
    joined = _neighbours(inside, layer_of)
    width = min(BOX_WIDTH, *(_room_for_a_box(layer, right - left) for layer in layers))
    centres = _centres(layers, joined, width, left, right)
    places = {
        name: Place(centres[name] - width / 2, width, tops[layer], tops[layer] + BOX_HEIGHT)
        for name, layer in layer_of.items()
    }
    paths = {arrow: _path(arrow, inside, places, centres, tops, layer_of) for arrow in inside}
    return Drawing(places, paths, tops[-1] + BOX_HEIGHT)


def _room_for_a_box(layer: list[Node], width: float) -> float:
    boxes = sum(isinstance(node, str) for node in layer)
    waypoints = len(layer) - boxes
    return (width - waypoints * WAYPOINT - (len(layer) - 1) * GAP) / max(boxes, 1)


def _layers(
    buildings: Sequence[Building], arrows: set[Arrow], top: float
) -> tuple[dict[str, int], list[float]]:
    """Each room's layer, beneath those of the building before; and the layers' tops."""
    layer_of: dict[str, int] = {}
    tops: list[float] = []
    for building in buildings:
        first = len(tops)
        names = {room.name for room in building.rooms}
        waiting = sorted(names)
        while waiting:
            for name in waiting:
                above = [source for source, target in arrows if target == name and source in names]
                if all(source in layer_of for source in above):
                    layer_of[name] = max((layer_of[source] + 1 for source in above), default=first)
            waiting = [name for name in waiting if name not in layer_of]
        for layer in range(first, max(layer_of.values()) + 1):
            gap = BETWEEN_BUILDINGS if layer == first else BETWEEN
            tops.append(tops[-1] + BOX_HEIGHT + gap if tops else top)
    return layer_of, tops


def _with_waypoints(
    names: Sequence[str], arrows: set[Arrow], layer_of: dict[str, int], count: int
) -> list[list[Node]]:
    layers: list[list[Node]] = [[] for _ in range(count)]
    for name in names:
        layers[layer_of[name]].append(name)
    for arrow in sorted(arrows):
        for layer in range(layer_of[arrow[0]] + 1, layer_of[arrow[1]]):
            layers[layer].append((arrow, layer))
    return layers


def _chain(arrow: Arrow, layer_of: dict[str, int]) -> list[Node]:
    """An arrow's start, its waypoints and its end."""
    between = range(layer_of[arrow[0]] + 1, layer_of[arrow[1]])
    return [arrow[0], *((arrow, layer) for layer in between), arrow[1]]


def _neighbours(arrows: set[Arrow], layer_of: dict[str, int]) -> dict[Node, list[Node]]:
    joined: dict[Node, list[Node]] = {}
    for arrow in sorted(arrows):
        chain = _chain(arrow, layer_of)
        for one, other in pairwise(chain):
            joined.setdefault(one, []).append(other)
            joined.setdefault(other, []).append(one)
    return joined


def _centres(
    layers: list[list[Node]],
    joined: dict[Node, list[Node]],
    width: float,
    left: float,
    right: float,
) -> dict[Node, float]:
    """The x of each node's middle: of many tries, that with the fewest crossings, then shortest."""
    best: tuple[tuple[int, float], dict[Node, float]] | None = None
    rng = Random(0)
    for _ in range(TRIES):
        x: dict[Node, float] = {}
        for layer in layers:
            rng.shuffle(layer)
            for number, node in enumerate(layer):
                x[node] = left + (right - left) * (number + 0.5) / len(layer)
        for sweep in range(SWEEPS):
            for layer in layers if sweep % 2 == 0 else reversed(layers):
                wanted = {node: _middle(node, joined.get(node, [node]), x) for node in layer}
                layer.sort(key=wanted.__getitem__)
                sizes = [width if isinstance(node, str) else WAYPOINT for node in layer]
                spread = _apart([wanted[node] for node in layer], sizes, left, right)
                x |= zip(layer, spread, strict=True)
        cost = _cost(layers, joined, x)
        if best is None or cost < best[0]:
            best = cost, x
    assert best is not None
    return best[1]


def _cost(
    layers: list[list[Node]], joined: dict[Node, list[Node]], x: dict[Node, float]
) -> tuple[int, float]:
    """How many lines cross between layers, and how far all of them go sideways."""
    crossings, aside = 0, 0.0
    for upper, lower in pairwise(layers):
        below = set(lower)
        lines = [(x[a], x[b]) for a in upper for b in joined.get(a, []) if b in below]
        aside += sum(abs(one - other) for one, other in lines)
        crossings += sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(lines, 2))
    return crossings, aside


def _middle(node: Node, others: list[Node], x: dict[Node, float]) -> float:
    """The mean place of a node's neighbours; a long arrow would rather be straight than short."""
    weights = [1.0 if isinstance(node, str) or isinstance(other, str) else 8.0 for other in others]
    return fmean([x[other] for other in others], weights)


def _apart(wanted: list[float], sizes: list[float], left: float, right: float) -> list[float]:
    """The middles nearest to those wanted, in the same order, that do not overlap.

    Less the room that those before it need, each may lie anywhere right of its neighbour: least
    squares in a rising order, by pooling neighbours that would cross.
    """
    needed = [0.0]
    for one, other in pairwise(sizes):
        needed.append(needed[-1] + (one + other) / 2 + GAP)
    pools: list[list[float]] = []
    for middle, before in zip(wanted, needed, strict=True):
        pools.append([middle - before])
        while len(pools) > 1 and fmean(pools[-2]) > fmean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    free = [fmean(pool) for pool in pools for _ in pool]
    lowest, highest = left + sizes[0] / 2, right - sizes[-1] / 2 - needed[-1]
    return [
        min(max(one, lowest), max(highest, lowest)) + before
        for one, before in zip(free, needed, strict=True)
    ]


def _path(
    arrow: Arrow,
    arrows: set[Arrow],
    places: dict[str, Place],
    centres: dict[Node, float],
    tops: list[float],
    layer_of: dict[str, int],
) -> str:
    """A smooth line from a box's lower edge to another's upper one, past what lies between."""

    def port(room: str, end: int) -> float:
        """Arrows of one edge stand apart, in the order of where they come from or lead to."""
        others = [one for one in arrows if one[end] == room]
        next_ = {one: centres[_chain(one, layer_of)[1 if end == 0 else -2]] for one in others}
        rank = sorted(others, key=lambda one: (next_[one], one)).index(arrow)
        step = min(18.0, 0.7 * places[room].width / len(others))
        return centres[room] + step * (rank - (len(others) - 1) / 2)

    source, target = arrow
    points = [(port(source, 0), places[source].bottom)]
    for layer in range(layer_of[source] + 1, layer_of[target]):
        x = centres[(arrow, layer)]
        points += [(x, tops[layer] - 4), (x, tops[layer] + BOX_HEIGHT + 4)]
    points.append((port(target, 1), places[target].top - 1))
    path = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (y0 + y1) / 2
        path += f"C{x0:.0f} {middle:.0f} {x1:.0f} {middle:.0f} {x1:.0f} {y1:.0f}"
    return path
