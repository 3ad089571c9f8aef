"""The main page from its template: {{part.name}} stands for a sentence of static/words/LANGUAGE.js.

A second language is one more such file.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Page", "fill", "filled", "read_words"]

# What is in an attribute is text; elsewhere a sentence may hold a little HTML.
REFERENCE = re.compile(r'(?P<attribute>=")?\{\{(?P<name>[\w.]+)\}\}')


class Page(NamedTuple):
    """The main page in one language: its bytes, the same compressed, the tag of this version."""

    content: bytes
    compressed: bytes
    etag: str


@lru_cache(maxsize=8)
def filled(template: Path, words: Path, versions: tuple[int, int]) -> Page:
    """The main page, filled once for each version of its two files (their times of change)."""
    text = fill(template.read_text(encoding="utf-8"), read_words(words), words.stem)
    content = text.encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return Page(content, gzip.compress(content, mtime=0), etag)


def read_words(file: Path) -> dict[str, Any]:
    """The sentences of a language: a module that exports them as JSON, by the page's parts.

    Raises ValueError where what is exported is not JSON.
    """
    exported = file.read_text(encoding="utf-8").partition("export default ")[2]
    words: dict[str, Any] = json.loads(exported.strip().removesuffix(";"))
    return words


def fill(template: str, words: dict[str, Any], language: str) -> str:
    """The template with each {{part.name}} replaced by its sentence, {{language}} by the language.

    Raises KeyError for a name that the words do not have.
    """

    def sentence(match: re.Match[str]) -> str:
        name = match["name"]
        found: Any = words | {"language": language}
        for part in name.split("."):
            if not isinstance(found, dict) or part not in found:
                raise KeyError(f"{{{{{name}}}}} has no words in the language {language!r}")
            found = found[part]
        if not isinstance(found, str):
            raise KeyError(f"{{{{{name}}}}} is no sentence in the language {language!r}")
        return f'="{html.escape(found)}' if match["attribute"] else found

    return REFERENCE.sub(sentence, template)
