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
from string import Formatter
from typing import Any

__all__ = ["LANGUAGES", "Message", "read", "say", "use"]

#: The languages there are: one module each beside this one.
LANGUAGES = tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence as code and values, such as ("hint.overfits", {"epoch": 7}); its text by `str`.

    A value may be a message too, or a list of them. One that is to be stored has numbers, strings,
    messages and lists of these as values: then it comes back equal.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)  # a dict has no hash

    def __str__(self) -> str:
        return say(self.code, **self.values)

    def to_dict(self) -> dict[str, Any]:
        """The message as JSON can hold it: {"code", "values"}, and so for messages inside it."""
        return {"code": self.code, "values": {k: _plain(v) for k, v in self.values.items()}}

    def to_json(self) -> str:
        """The message as text to be stored: a JSON object of code and values."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_dict(cls, stored: Any) -> Message:
        """The message that `to_dict` made this of. Raises ValueError for anything else."""
        if not _is_message(stored):
            raise ValueError(stored)
        return cls(stored["code"], {k: _revived(v) for k, v in stored["values"].items()})

    @classmethod
    def from_json(cls, stored: str) -> Message:
        """The message that `to_json` made this of. Raises ValueError for anything else."""
        return cls.from_dict(json.loads(stored))


def read(stored: str | Mapping[str, Any]) -> Message | str:
    """What somebody stored: the message of `to_json` or `to_dict`, or a text as it is.

    Earlier versions stored sentences, and a later one may have stored a code that has none here:
    their text is all that can be shown of them.
    """
    try:
        found = Message.from_json(stored) if isinstance(stored, str) else Message.from_dict(stored)
        str(found)
    except (ValueError, LookupError, TypeError):
        return str(stored)
    return found


def say(code: str, /, **values: Any) -> str:
    """The sentence of a code in the language in use, with its values put in.

    Raises KeyError for a code without a sentence, and for a value that its sentence needs.
    """
    if code not in _sentences:  # TRANSITION: a sentence that has no code yet
        return code
    return _formatter.vformat(_sentences[code], (), values)


def use(language: str | Mapping[str, str]) -> None:
    """Speak this language of LANGUAGES from now on, or these sentences, by code."""
    global _sentences
    if isinstance(language, str):
        _sentences = import_module(f"{__name__}.{language}").SENTENCES
    else:
        _sentences = language


class _Formatter(Formatter):
    """str.format, and for a list what stands between its items: {sizes:, } or {digits:, | or }."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """One value as its field asks for it; after a | is what stands before the last item."""
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
    return value.item() if hasattr(value, "item") else str(value)  # NumPy's numbers; paths, errors


def _revived(value: Any) -> Any:
    if isinstance(value, list):
        return [_revived(item) for item in value]
    return Message.from_dict(value) if _is_message(value) else value


_formatter = _Formatter()
_sentences: Mapping[str, str] = {}
use("en")
