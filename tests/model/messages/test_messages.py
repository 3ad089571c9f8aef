"""Codes and sentences belong together, in every file that says something to a person."""

from __future__ import annotations

import ast
import json
import pickle
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import NamedTuple

import numpy as np
import pytest

import app.errors
import model.messages
from model.confidence.rejection import reasons
from model.errors import ByhandError, DatasetError, RecipeError
from model.messages import LANGUAGES, Message, read, say, use
from model.messages.en import SENTENCES
from model.training.diagnostics import hints
from model.training.history import EpochMetrics
from model.training.recipe import recipe

ROOT = Path(model.messages.__file__).parents[2]
AREAS = {code.partition(".")[0] for code in SENTENCES}
#: Where a code stands among the arguments of what takes one; a class of errors has it first.
PLACES = {"Message": 0, "say": 0, "RecipeError": 1, "expect": 1}
#: What such a call is given that is no value of the sentence.
OTHERS = {"errors", "headers", "retry_after", "exit_code", "logged"}


class Said(NamedTuple):
    """A call that names a code: where, which, and the values it gives if that can be seen."""

    place: str
    code: str
    values: set[str] | None


@cache
def trees() -> dict[str, ast.Module]:
    files = [path for room in ("model", "app") for path in sorted((ROOT / room).rglob("*.py"))]
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text())
        for path in files
        if path.parent.name != "messages"
    }


@cache
def error_classes() -> set[str]:
    """The names of all exceptions that carry a message."""
    found = {"ByhandError", "ProblemError", "CommandError"}
    classes = [
        n for tree in trees().values() for n in ast.walk(tree) if isinstance(n, ast.ClassDef)
    ]
    while True:
        more = {c.name for c in classes if any(getattr(b, "id", "") in found for b in c.bases)}
        if more <= found:
            return found
        found |= more


def literals(node: ast.AST) -> Iterator[str]:
    """The strings that an expression may be: of `a if x else b` both."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.JoinedStr) and beginning(node) is None:
        yield ast.unparse(node)  # a sentence put together in code


def beginning(node: ast.JoinedStr) -> str | None:
    """The area that all codes of an f-string like f"digit.{n}" begin with, "digit."."""
    first = node.values[0] if node.values else None
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return None
    return first.value if first.value[:-1] in AREAS and first.value.endswith(".") else None


def values_of(call: ast.Call, name: str) -> set[str] | None:
    """The names of the values that a call gives; None where they are made elsewhere."""
    if name == "expect":
        return {"name", "expected", "found"}
    if name == "Message":
        if len(call.args) == 1 and not call.keywords:
            return set()
        values = call.args[1] if len(call.args) > 1 else call.keywords[0].value
        if not isinstance(values, ast.Dict):
            return None
        keys = [getattr(key, "value", None) for key in values.keys]  # None: another dict's
        return None if None in keys else set(keys)
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else {str(name) for name in names} - OTHERS


@cache
def said() -> list[Said]:
    """Every call with a literal in a code's place."""
    found = []
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            at = PLACES.get(name, 0 if name in error_classes() else None)
            if at is not None and len(node.args) > at:
                place = f"{path}:{node.lineno}"
                found += [Said(place, c, values_of(node, name)) for c in literals(node.args[at])]
    return found


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_every_code_that_is_said_has_a_sentence() -> None:
    assert len(said()) > 100
    unknown = [one for one in said() if one.code not in SENTENCES]
    assert unknown == []


def test_every_sentence_is_said_somewhere() -> None:
    nodes = [node for tree in trees().values() for node in ast.walk(tree)]
    texts = {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    starts = tuple(filter(None, (beginning(n) for n in nodes if isinstance(n, ast.JoinedStr))))
    unsaid = [code for code in SENTENCES if code not in texts and not code.startswith(starts)]
    assert unsaid == []


def test_whatever_looks_like_a_code_of_ours_is_one() -> None:
    """In tables and variables too, where no call shows what the text is for."""
    looks = re.compile(rf"({'|'.join(sorted(AREAS))})\.[a-z0-9_]+")
    found = {
        node.value
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    strange = {text for text in found if looks.fullmatch(text) and text not in SENTENCES}
    assert strange == set()


def test_a_sentence_takes_exactly_the_values_that_it_is_given() -> None:
    seen = [one for one in said() if one.code in SENTENCES and one.values is not None]
    assert len(seen) > 80
    assert [one for one in seen if one.values != fields(SENTENCES[one.code])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_the_same_codes_and_values_as_english(language: str) -> None:
    use(language)
    try:
        sentences = model.messages._sentences
        assert sentences.keys() == SENTENCES.keys()
        assert all(fields(sentences[code]) == fields(SENTENCES[code]) for code in SENTENCES)
    finally:
        use("en")


@pytest.fixture
def made_up() -> Iterator[Mapping[str, str]]:
    """A language of codes and values alone: no English is left in what it says."""
    sentences = {
        code: f"<{code}{''.join(f' {name}={{{name}}}' for name in sorted(fields(sentence)))}>"
        for code, sentence in SENTENCES.items()
    }
    use(sentences)
    yield sentences
    use("en")


def test_errors_hints_and_reasons_come_in_the_language_in_use(made_up: Mapping[str, str]) -> None:
    error = DatasetError("idx.missing", path="train.gz", remedy=Message("idx.download_again"))
    assert str(error) == "<idx.missing path=train.gz remedy=<idx.download_again>>"
    assert str(RecipeError("epochs", "digit.1")) == "epochs: <digit.1>"
    problem = app.errors.NotFound("job.not_found", id="7")
    assert problem.detail == str(problem) == "<job.not_found id=7>"
    flat = EpochMetrics(1, 0.5, 0.5, 0.9, [0.1, 0.1], [0.8])
    (hint,) = hints([flat], recipe("fast", learning_rate=1.0))
    assert str(hint) == (
        "<hint.saturated activation=sigmoid from_rate=1.0 layers=<hint.hidden_layer number=1>"
        " share=0.6 to_rate=0.1>"
    )
    (reason,) = reasons(np.full((1, 10), 0.1), np.array([[0.05, 0.95, 0, 0, 0, 0]]))
    assert str(reason) == "<reason.letter_or_sign>"


def test_the_words_are_those_of_the_moment_when_it_is_read() -> None:
    error = ByhandError("image.blank")
    english = str(error)
    use({"image.blank": "Nichts."})
    try:
        assert str(error) == "Nichts."
    finally:
        use("en")
    assert str(error) == english


def test_a_list_is_joined_as_its_sentence_says() -> None:
    use({"plain": "{items}", "commas": "{items:, }", "ends": "{items:, | or }"})
    try:
        assert say("plain", items=[1, 2]) == "[1, 2]"
        assert say("commas", items=[1, 2, 3]) == "1, 2, 3"
        assert [say("ends", items=list(range(n))) for n in range(4)] == [
            "",
            "0",
            "0 or 1",
            "0, 1 or 2",
        ]
        assert say("commas", items=[Message("plain", {"items": 7}), "x"]) == "7, x"
    finally:
        use("en")


def test_a_value_that_its_sentence_needs_must_be_given() -> None:
    with pytest.raises(KeyError, match="path"):
        say("idx.unreadable")


def test_a_code_without_a_sentence_is_an_error() -> None:
    with pytest.raises(KeyError, match="such_code"):
        say("no.such_code")


NESTED = Message(
    "hint.overfits",
    {"epoch": 7, "share": 0.05, "of": [1, 3], "remedies": [Message("a", {"b": Message("c")})]},
)


def test_a_stored_message_comes_back_equal() -> None:
    assert Message.from_json(NESTED.to_json()) == NESTED
    assert Message.from_dict(json.loads(json.dumps(NESTED.to_dict()))) == NESTED
    assert {NESTED, Message.from_json(NESTED.to_json())} == {NESTED}
    assert pickle.loads(pickle.dumps(NESTED)) == NESTED


def test_messages_are_told_apart_by_code_and_values() -> None:
    assert Message("digit.1") != Message("digit.2")
    assert Message("hint.hidden_layer", {"number": 1}) != Message(
        "hint.hidden_layer", {"number": 2}
    )


def test_what_json_has_no_word_for_is_stored_as_a_number_or_as_text() -> None:
    values = {"n": np.int64(3), "x": np.float32(0.5), "path": Path("a"), "of": (1, 2), "none": None}
    stored = Message("digit.1", values).to_dict()["values"]
    assert stored == {"n": 3, "x": 0.5, "path": "a", "of": [1, 2], "none": None}
    assert json.loads(json.dumps(stored)) == stored


@pytest.mark.parametrize(
    "text",
    [
        "The steps are too large.",
        "{'a': 1}",
        '{"code": "digit.1"}',
        '["digit.1"]',
        '{"code": "idx.missing", "values": {}}',  # of a version whose sentence needed less
        "",
    ],
)
def test_a_stored_text_that_is_no_message_stays_as_it_is(text: str) -> None:
    assert read(text) == text


def test_a_stored_message_is_read_back() -> None:
    assert read(Message("digit.8").to_json()) == Message("digit.8")
    assert read(Message("digit.8").to_dict()) == Message("digit.8")
