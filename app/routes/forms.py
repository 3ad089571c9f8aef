"""Parses a multipart/form-data body that is already whole in memory.

Why this is not left to a library: docs/decisions/0007-quick-predictions.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.errors import BadRequest

__all__ = ["Form", "read_form"]

MOST_PARTS = 16
MOST_HEAD = 8 * 1024  # bytes of a part's headers: one with a long file name has some 300

_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
# Possessive quantifiers (`++`, `*+`) never backtrack: a damaged header takes linear time.
_DISPOSITION = re.compile(rb"\r\ncontent-disposition:[^;\r]*+", re.IGNORECASE)
_PARAMETER = re.compile(rb';\s*+([^=;\s]++)=(?:"((?:[^"\\]++|\\.)*+)"|([^\s;"]++))\s*+')


@dataclass(frozen=True, slots=True)
class Form:
    """The parts of a form by name; if two have the same name, the last one is kept.

    `repeated` are the names that there were twice, `files` the file names of parts that have one.
    """

    parts: dict[str, bytes] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """The field's text, or None if it was not sent. Raises BadRequest if it is not UTF-8."""
        value = self.parts.get(name)
        if value is None:
            return None
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise BadRequest("request.form_text", name=name) from None


def read_form(content_type: str, body: bytes) -> Form:
    """Split a form's body into its parts (RFC 7578). Raises BadRequest if it is damaged."""
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise BadRequest("request.form_boundary")
    delimiter = b"\r\n--" + (match[1] or match[2]).encode()
    # The first delimiter may stand at the very beginning, without its line break.
    first = -2 if body.startswith(delimiter[2:]) else body.find(delimiter)
    start = len(body) if first == -1 else first + len(delimiter)
    form = Form()
    # By positions, since a picture of 20 MB would be copied three times by splitting.
    for _ in range(MOST_PARTS + 1):
        if body.startswith(b"--", start):
            return form
        end = body.find(delimiter, start)
        blank = body.find(b"\r\n\r\n", start, start + MOST_HEAD)
        said = _parameters(body[start:blank]) if 0 < blank <= end - 4 else {}
        if "name" not in said:
            break
        name = said["name"]
        if name in form.parts:
            form.repeated.append(name)
        form.parts[name] = body[blank + 4 : end]
        if "filename" in said:
            form.files[name] = said["filename"]
        start = end + len(delimiter)
    raise BadRequest("request.form_damaged", most=MOST_PARTS)


def _parameters(head: bytes) -> dict[str, str]:
    """The parameters of the Content-Disposition in a part's headers; of two the first."""
    said: dict[str, str] = {}
    found = _DISPOSITION.search(head)
    while found is not None:
        found = _PARAMETER.match(head, found.end())
        if found is not None:
            value = found[2] if found[2] is not None else found[3]
            said.setdefault(
                found[1].decode(errors="replace").lower(), value.decode(errors="replace")
            )
    return said
