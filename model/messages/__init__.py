"""All sentences for people, as codes, with their text in one file for each language.

Hints, reasons and errors are compared, stored and passed on as a `Message`, a code with its values;
they become text where somebody reads them. `model/messages/en.py` has all texts, the service's too.
A second language is one more such file, which defines `SENTENCES` with the same codes;
`BYHAND_LANGUAGE` (app/settings.py) or `use` selects it.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from string import Formatter
from typing import Any

__all__ = ["LANGUAGES", "Message", "read", "say", "use"]

#: The languages available, each a module of this package.
LANGUAGES = tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence as code and values, such as ("hint.overfits", {"epoch": 7}); `str` gives its text.

    A value may be a message or a list of them. To be equal after it was stored, a message must have
    numbers, strings, messages and lists of these as values.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)  # a dict has no hash

    def __str__(self) -> str:
        return say(self.code, **self.values)

    def to_dict(self) -> dict[str, Any]:
        """The message as a JSON object {"code", "values"}, including the messages inside it."""
        return {"code": self.code, "values": {k: _plain(v) for k, v in self.values.items()}}

    def to_json(self) -> str:
        """The message as JSON text, to be stored."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_dict(cls, stored: Any) -> Message:
        """The message of a dictionary made by `to_dict`. Raises ValueError for any other value."""
        if not _is_message(stored):
            raise ValueError(stored)
        return cls(stored["code"], {k: _revived(v) for k, v in stored["values"].items()})

    @classmethod
    def from_json(cls, stored: str) -> Message:
        """The message of a text made by `to_json`. Raises ValueError for any other text."""
        return cls.from_dict(json.loads(stored))


def read(stored: str | Mapping[str, Any]) -> Message | str:
    """Read what was stored: a message by `to_json` or `to_dict`, or a text, which is returned.

    Earlier versions stored sentences, and a later version may have stored a code that is unknown
    here; then the stored text is all that can be shown.
    """
    try:
        found = Message.from_json(stored) if isinstance(stored, str) else Message.from_dict(stored)
        str(found)
    except (ValueError, LookupError, TypeError):
        return str(stored)
    return found


def say(code: str, /, **values: Any) -> str:
    """The sentence of a code in the current language, with its values inserted.

    Raises KeyError for an unknown code, and for a missing value.
    """
    return _formatter.vformat(_sentences[code], (), values)


def use(language: str | Mapping[str, str]) -> None:
    """Set the current language, one of LANGUAGES, or give its sentences by code."""
    global _sentences
    if isinstance(language, str):
        _sentences = import_module(f"{__name__}.{language}").SENTENCES
    else:
        _sentences = language


class _Formatter(Formatter):
    """str.format with separators for lists: {sizes:, } or {digits:, | or }."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Format one value; the text after | in the specification precedes a list's last item."""
        if not isinstance(value, list) or not format_spec:
            return str(super().format_field(value, format_spec))
        between, _, before_last = format_spec.partition("|")
        *others, last = [str(item) for item in value] or [""]
        return (before_last or between).join([between.join(others), last] if others else [last])


def _is_message(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"code", "values"}


def _plain(value: Any) -> Any:
    match value:
        case Message():
            return value.to_dict()
        case list() | tuple():
            return [_plain(item) for item in value]
        case str() | int() | float() | None:
            return value
    return value.item() if hasattr(value, "item") else str(value)  # NumPy scalars; paths, errors


def _revived(value: Any) -> Any:
    if isinstance(value, list):
        return [_revived(item) for item in value]
    return Message.from_dict(value) if _is_message(value) else value


_formatter = _Formatter()
_sentences: Mapping[str, str] = {}
use("en")
