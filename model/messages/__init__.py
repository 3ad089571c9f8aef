"""Every sentence that Python says to a person: a code here, its words in one file a language.

Hints, reasons and errors are told apart, stored and passed on as a `Message`, a code with its
values; words are put to it where somebody reads them. `model/messages/en.py` holds all of them, the
service's too. A second language is one more such file: it defines `SENTENCES` with the same codes,
and `BYHAND_LANGUAGE` (app/settings.py) or `use` chooses it.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

__all__ = ["LANGUAGES", "Message", "say", "use"]

#: The languages there are: one module each beside this one.
LANGUAGES = tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence as code and values, such as ("hint.overfits", {"epoch": 7}); its text by `str`."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return say(self.code, **self.values)

    def to_json(self) -> str:
        """The message as text to be stored: a JSON object of code and values."""
        return json.dumps({"code": self.code, "values": dict(self.values)}, ensure_ascii=False)


def say(code: str, **values: Any) -> str:
    """The sentence of a code in the language in use, with its values put in.

    Raises KeyError for a code without a sentence, and for a value that its sentence needs.
    """
    if code not in _sentences:  # TRANSITION: a sentence that has no code yet
        return code
    return _sentences[code].format(**values)


def use(language: str | Mapping[str, str]) -> None:
    """Speak this language of LANGUAGES from now on, or these sentences, by code."""
    global _sentences
    if isinstance(language, str):
        _sentences = import_module(f"{__name__}.{language}").SENTENCES
    else:
        _sentences = language


_sentences: Mapping[str, str] = {}
use("en")
