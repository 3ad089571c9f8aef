"""JSON in the encodings that Windows tools write: with a byte order mark, or in UTF-16."""

from __future__ import annotations

from json import detect_encoding

__all__ = ["to_utf8"]

MARKS = b"\xef\xff\xfe\0"  # first bytes of a byte order mark, or of "{" in UTF-16


def to_utf8(body: bytes) -> bytes:
    """The same JSON in UTF-8 without a mark (RFC 8259, 8.1); what cannot be decoded is kept."""
    if not body or not (body[0] in MARKS or body[1:2] == b"\0"):
        return body
    try:
        return body.decode(detect_encoding(body)).encode()
    except UnicodeError:
        return body
