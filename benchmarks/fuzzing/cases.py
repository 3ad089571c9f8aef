"""One case: the bytes that go over the wire, and what is done with the connection afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

__all__ = ["Answer", "Case", "form", "request"]


@dataclass(frozen=True)
class Answer:
    """What came back for a case, of all its requests together."""

    statuses: tuple[int | str, ...]
    """One for each answer; in place of a number `closed`, `hang`, `garbled` or `too large`."""
    location: str = ""
    kinds: tuple[str, ...] = ()
    """The Content-Type of each answer that came whole."""
    largest: int = 0


@dataclass(frozen=True)
class Case:
    """What is sent. `label` says in a few words what is wrong with it."""

    label: str
    pieces: tuple[bytes, ...]
    """Each arrives by itself: there is a breath between two."""
    ending: Literal["answer", "abort", "hold"] = "answer"
    """Whether the answer is waited for, the connection torn down, or left open in silence."""
    then: Callable[[Answer], list[Case]] = lambda answer: []
    """What to send next, knowing the answer."""


def request(
    method: str, target: str, body: bytes = b"", kind: str = "application/json", *more: str
) -> bytes:
    """A whole HTTP/1.1 request; `more` are further lines of its head."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *more]
    if body or method in ("POST", "PUT"):
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body


def form(*parts: tuple[str, bytes], boundary: str = "x5UtrJk") -> tuple[bytes, str]:
    """The body and the Content-Type of a form."""
    pieces = []
    for name, content in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="f"'
        pieces.append(head.encode() + b"\r\n\r\n" + content + b"\r\n")
    body = b"".join(pieces) + f"--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"
