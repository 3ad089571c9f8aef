"""Every language of the page says what English says, with the same values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.routes.template import read_words
from app.settings import words_file
from model.messages import LANGUAGES

NAMES = re.compile(r"\{(\w+)\}")
PLURAL = {"zero", "one", "two", "few", "many", "other"}


def said(words: Any, place: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Each sentence's place and the names that are filled in; forms by number count as one."""
    if isinstance(words, dict) and not words.keys() <= PLURAL:
        for name, inner in words.items():
            yield from said(inner, f"{place}.{name}")
    elif isinstance(words, list):
        yield place, frozenset({str(len(words))})
    else:
        text = words["other"] if isinstance(words, dict) else words
        yield place, frozenset(NAMES.findall(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_of_the_page_has_the_same_sentences_and_values(language: str) -> None:
    assert set(said(read_words(words_file(language)))) == set(said(read_words(words_file("en"))))
