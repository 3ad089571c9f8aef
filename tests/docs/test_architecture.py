"""docs/architecture.md is the code of today: its picture, its table, each step of its walks."""

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scripts import architecture, rooms

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text()
PLACE = re.compile(r"`((?:app|model|static)/[\w./-]+\.(?:py|js)):([\w.]+)`")
PLACES = sorted(set(PLACE.findall(PAGE)))


def shown(svg: str) -> tuple[set[str], set[tuple[str, str]]]:
    """The rooms and arrows of a picture; where they stand in it does not matter."""
    parts = [part.attrib for part in ElementTree.fromstring(svg).iter()]
    names = {part["data-room"] for part in parts if "data-room" in part}
    return names, {(part["data-from"], part["data-to"]) for part in parts if "data-from" in part}


def test_the_picture_has_the_rooms_and_arrows_of_the_code() -> None:
    assert shown(architecture.PICTURE.read_text()) == shown(architecture.svg()), (
        "run: make architecture"
    )


def test_the_table_is_that_of_the_code() -> None:
    assert architecture.with_table(PAGE) == PAGE, "run: make architecture"


def test_every_arrow_of_the_picture_points_down() -> None:
    svg = ElementTree.fromstring(architecture.PICTURE.read_text())
    tops = {
        part.attrib["data-room"]: float(part.attrib["y"])
        for part in svg.iter()
        if "data-room" in part.attrib
    }
    names, arrows = shown(architecture.PICTURE.read_text())
    assert len(names) > 20
    assert [arrow for arrow in arrows if tops[arrow[0]] >= tops[arrow[1]]] == []


def test_arrows_that_follow_from_others_are_left_out_and_circles_refused() -> None:
    chain = {("a", "b"), ("b", "c")}
    assert rooms.reduced(chain | {("a", "c")}) == chain
    with pytest.raises(SystemExit, match="circle: b -> a -> b"):
        rooms.reduced({("a", "b"), ("b", "a")})


def test_a_file_without_a_room_is_refused() -> None:
    with pytest.raises(SystemExit, match=r"app/attic/box\.py lies in no room"):
        rooms.room_of("app", ROOT / "app/attic/box.py")


def test_general_parts_of_the_page_know_nothing_of_the_others() -> None:
    arrows = rooms.arrows([rooms.every_room("static/js")])
    assert [target for source, target in arrows if source == "static/js/ui"] == []


@pytest.mark.parametrize(("file", "name"), PLACES, ids=map(":".join, PLACES))
def test_each_step_of_the_walks_exists(file: str, name: str) -> None:
    assert name in (defined_js if file.endswith(".js") else defined_py)((ROOT / file).read_text())


def defined_py(source: str) -> set[str]:
    """Functions and classes at the top of a module, and methods as Class.method."""
    function = ast.FunctionDef | ast.AsyncFunctionDef
    top = [n for n in ast.parse(source).body if isinstance(n, function | ast.ClassDef)]
    classes = [node for node in top if isinstance(node, ast.ClassDef)]
    methods = [(one, part) for one in classes for part in one.body if isinstance(part, function)]
    return {node.name for node in top} | {f"{one.name}.{part.name}" for one, part in methods}


def defined_js(source: str) -> set[str]:
    return set(re.findall(r"^export (?:async )?(?:function|class|const) (\w+)", source, re.M))


def test_the_walks_are_long_enough_to_be_walks() -> None:
    files = {file for file, _ in PLACES}
    assert len(files) > 25
    assert {"app/routes/predict.py", "app/jobs/worker.py", "model/network.py"} <= files
