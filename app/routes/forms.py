"""multipart/form-data, split at its boundaries. The body is whole in memory, so nothing streams."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.errors import BadRequest

__all__ = ["Form", "read_form"]

MOST_PARTS = 16

_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_NAME = re.compile(rb'[;\s]name=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Form:
    """The parts by name; of two with the same name the last counts."""

    parts: dict[str, bytes] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """A field's text, or None when it was not sent."""
        value = self.parts.get(name)
        if value is None:
            return None
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise BadRequest(f"The form field {name!r} is not UTF-8 text.") from None


def read_form(content_type: str, body: bytes) -> Form:
    """The parts of a form (RFC 7578). Raises BadRequest."""
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise BadRequest(
            "The Content-Type names no boundary between the form's parts. "
            "Let the HTTP client set this header: curl -F does."
        )
    delimiter = b"\r\n--" + (match[1] or match[2]).encode()
    pieces = (b"\r\n" + body).split(delimiter, MOST_PARTS + 1)[1:]
    form = Form()
    for piece in pieces:
        if piece.startswith(b"--"):
            return form
        head, blank, content = piece.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if not blank or name is None:
            break
        form.parts[(name[1] or name[2] or b"").decode(errors="replace")] = content
    raise BadRequest(
        "The form is damaged: its end or a part's name is missing, "
        f"or it has more than {MOST_PARTS} parts."
    )
