"""Who among the page's scripts may import whom, and that none of them speaks for itself.

Rooms run one way: ui < service < draw, network < predict, backprop, train < samples <
derivation < exercises < the scripts at the top.
"""

import re
from functools import cache
from pathlib import Path

import pytest

from app.routes.template import read_words
from app.settings import STATIC, words_file

JS = STATIC / "js"
SCRIPTS = sorted(JS.glob("**/*.js"))
FLOORS = (
    ("ui",),
    ("service",),
    ("draw", "network"),
    ("predict", "backprop", "train"),
    ("samples",),
    ("derivation",),
    ("exercises",),
    ("",),
)
BEGINNINGS = (  # what the pages themselves load
    JS / "main.js",
    JS / "ui" / "theme.js",
    JS / "derivation" / "main.js",
    JS / "derivation" / "reading.js",
    JS / "exercises" / "main.js",
)

COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)
IMPORT = re.compile(r'^(?:import|export)\s+(?:[\w*{}\s,]+\sfrom\s+)?"([^"]+)";', re.MULTILINE)
LATER = re.compile(r'(?<!await )import\("([^"]+)"\)')  # when it is needed
BROWSER = re.compile(r"(?<![.\w])(?:document|window|navigator|history|location)\b")
LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`')
FILLED_IN = re.compile(r"\$\{[^}]*\}")
# A capital that begins a word and a further word, or three words in a row: a sentence, not a name.
SENTENCE = re.compile(r"\b[A-Z][a-z]+ [a-z]|\b[a-z]+ [a-z]+ [a-z]+\b")
NO_SENTENCE = {"pointer to bars"}  # the name of a measurement


@cache
def code(script: Path) -> str:
    """A script without its comments."""
    return COMMENT.sub("", script.read_text(encoding="utf-8"))


def names(script: Path) -> list[str]:
    return IMPORT.findall(code(script)) + LATER.findall(code(script))


@cache
def imports(script: Path) -> tuple[Path, ...]:
    """The scripts that it imports, found or not."""
    return tuple((script.parent / found).resolve() for found in names(script))


def room(script: Path) -> str:
    return script.relative_to(JS).parts[0] if script.parent != JS else ""


def floor(name: str) -> int:
    return next(level for level, rooms in enumerate(FLOORS) if name in rooms)


def name_of(script: Path) -> str:
    return script.relative_to(JS).as_posix()


def reached(script: Path) -> set[Path]:
    """The scripts that come with it, itself too."""
    found, left = set[Path](), [script]
    while left:
        each = left.pop()
        if each not in found:
            found.add(each)
            left += imports(each)
    return found


def without_dom(script: Path) -> bool:
    """Whether its opening comment says so."""
    opening = script.read_text(encoding="utf-8").partition("*/")[0]
    return re.search(r"\bPure\b|\bNo DOM\b", opening) is not None


@pytest.mark.parametrize("script", SCRIPTS, ids=name_of)
def test_imports_run_down_the_floors(script: Path) -> None:
    for other in imports(script):
        assert other.is_file(), f"{name_of(script)} imports {other}, which is not there"
        down = floor(room(other)) < floor(room(script))
        assert down or room(other) == room(script), f"{name_of(script)} imports {name_of(other)}"


@pytest.mark.parametrize("script", SCRIPTS, ids=name_of)
def test_no_script_imports_itself_by_a_detour(script: Path) -> None:
    assert all(script not in reached(other) for other in imports(script))


@pytest.mark.parametrize("script", [*filter(without_dom, SCRIPTS)], ids=name_of)
def test_what_says_that_it_needs_no_page_needs_none(script: Path) -> None:
    for each in reached(script) - {JS / "ui" / "words.js"}:  # it asks for the language, if it can
        assert not BROWSER.search(code(each)), f"{name_of(script)} comes with {name_of(each)}"


def test_every_script_is_loaded() -> None:
    assert set(SCRIPTS) == set().union(*map(reached, BEGINNINGS))


def test_imports_are_seen() -> None:
    named = {name_of(other) for other in imports(JS / "main.js")}
    assert {"study.js", "page-state.js", "train/training.js", "ui/words.js"} <= named
    assert sum(map(len, map(imports, SCRIPTS))) > 150
    assert sum(map(without_dom, SCRIPTS)) > 15


@pytest.mark.parametrize("script", SCRIPTS, ids=name_of)
def test_scripts_take_their_sentences_from_the_words(script: Path) -> None:
    literals = (FILLED_IN.sub("", each[1:-1]) for each in LITERAL.findall(code(script)))
    assert [text for text in literals if SENTENCE.search(text) and text not in NO_SENTENCE] == []


def test_styles_say_nothing() -> None:
    for name in ("style", "figures", "train", "samples", "exercises"):
        style = (STATIC / "css" / f"{name}.css").read_text(encoding="utf-8")
        assert re.findall(r'content: [^;]*"[^";]*[A-Za-z]{2,}[^"]*"', style) == []


def test_scripts_ask_for_no_words_that_are_not_there() -> None:
    words = read_words(words_file("en"))
    for script in SCRIPTS:
        for part, sentence in re.findall(r"\bwords\.(\w+)\.(\w+)", code(script)):
            assert sentence in words[part], f"{name_of(script)}: words.{part}.{sentence}"


@pytest.mark.parametrize("page", ["derivation", "exercises"])
def test_a_pages_own_words_are_used_and_none_is_missing(page: str) -> None:
    scripts = "".join(code(script) for script in JS.glob(f"{page}/*.js"))
    words = read_words(STATIC / "words" / page / "en.js")
    for name, sentence in words.items():
        numbered = not isinstance(sentence, dict) or "1" in sentence
        for each in [name] if numbered else sentence:
            assert re.search(rf"\b{each}\b", scripts), f"{name}: {each}"
    for name in re.findall(r"\bsaid\.(\w+)", scripts):
        assert name in words, f"said.{name}"
    for part, name in re.findall(r"\bsaid\.(\w+)\.(\w+)", scripts):
        assert name in words[part], f"said.{part}.{name}"
    for script in JS.glob(f"{page}/*.js"):
        for part in re.findall(r"const words = said\.(\w+);", code(script)):
            for name in re.findall(r"(?<![./])\bwords\.(\w+)", code(script)):
                assert name in words[part], f"{name_of(script)}: said.{part}.{name}"
