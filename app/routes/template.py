"""Fills a page's template: {{part.name}} is a sentence of static/words/LANGUAGE.js.

A further language needs one more such file. {{name}} is a fact that the service fills in.
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

# In an attribute a sentence is escaped as text; elsewhere it may contain HTML.
REFERENCE = re.compile(r'(?P<attribute>=")?\{\{(?P<name>[\w.]+)\}\}')


class Page(NamedTuple):
    """A page in one language: its bytes, plain and gzip-compressed, and their ETag."""

    content: bytes
    compressed: bytes
    etag: str


@lru_cache(maxsize=8)
def filled(
    template: Path, words: Path, versions: tuple[int, int], facts: frozenset[tuple[str, str]]
) -> Page:
    """The filled page, cached until a file's modification time in `versions` changes.

    `facts` are names with what the service fills in for them, besides the words.
    """
    known = read_words(words) | dict(facts)
    text = fill(template.read_text(encoding="utf-8"), known, words.stem)
    content = text.encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return Page(content, gzip.compress(content, mtime=0), etag)


def read_words(file: Path) -> dict[str, Any]:
    """The sentences of a language by part of the page, from a module whose default export is JSON.

    Raises ValueError if the exported value is not JSON.
    """
    exported = file.read_text(encoding="utf-8").partition("export default ")[2]
    words: dict[str, Any] = json.loads(exported.strip().removesuffix(";"))
    return words


def fill(template: str, words: dict[str, Any], language: str) -> str:
    """Replace each {{part.name}} by its sentence and {{language}} by the language's code.

    Raises KeyError for a name that is not in `words`.
    """

    in_script = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")  # no tag in a tag

    def sentence(match: re.Match[str]) -> str:
        name = match["name"]
        found: Any = words | {"language": language, "words": in_script}
        for part in name.split("."):
            if not isinstance(found, dict) or part not in found:
                raise KeyError(f"{{{{{name}}}}} has no words in the language {language!r}")
            found = found[part]
        if not isinstance(found, str):
            raise KeyError(f"{{{{{name}}}}} is no sentence in the language {language!r}")
        return f'="{html.escape(found)}' if match["attribute"] else found

    return REFERENCE.sub(sentence, template)
