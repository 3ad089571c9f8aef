"""Ways to damage bytes and values that every fuzzer shares."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

__all__ = ["TEXTS", "damaged", "nasty", "size"]

EDGES = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]

TEXTS = [
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "é\u0301\u200f\u202e",
    "\U0001f5a4" * 9,
    "a" * 300,
    "../../etc/passwd",
    "%00",
    "' OR 1=1 --",
    "<script>",
    "\r\nSet-Cookie: a=b",
    "{code}",
    "%s%n",
    "NaN",
    "1e999",
    "pixels@300",
    "pixels@99999999999999999999",
    "pixels@-1",
    "pixels@",
    "@",
    "active",
    "pretrained",
]


def size(rng: Random, most: int) -> int:
    """A length up to `most`, the great ones as rare as they are slow."""
    return int(most ** rng.random())


def damaged(rng: Random, data: bytes, other: bytes = b"") -> bytes:
    """The bytes with one to eight places changed, cut, doubled, or mixed with `other`'s."""
    mutable = bytearray(data)
    for _ in range(1 if rng.random() < 0.4 else rng.randint(2, 8)):
        place = rng.randrange(len(mutable) + 1)
        if rng.random() < 0.5:  # a head decides about more than a body
            place = min(place, rng.randrange(120))
        length = size(rng, 64)
        wide = rng.choice((1, 2, 4, 8))
        edge = rng.choice(EDGES) & (256**wide - 1)
        start = rng.randrange(len(other) + 1)
        until, fresh = rng.choice(
            (
                (place + 1, rng.randbytes(1)),
                (place + 1, bytes(byte ^ 1 << rng.randrange(8) for byte in mutable[place:][:1])),
                (place + wide, edge.to_bytes(wide, rng.choice(("big", "little")))),
                (place + length, b""),
                (place, bytes(mutable[place : place + length]) * rng.randint(1, 4)),
                (place, rng.randbytes(length)),
                (len(mutable), b""),
                (place + length, other[start : start + length]),
            )
        )
        mutable[place:until] = fresh
    return bytes(mutable)


def nasty(rng: Random, depth: int = 2) -> Any:
    """A value that JSON can say and hardly anybody expects."""
    kinds: list[Callable[[], Any]] = [
        lambda: rng.choice((None, True, False, [], {}, "")),
        lambda: rng.choice((-1, 0, 1, 9, 10, 255, 256, 2**31, 2**53 + 1, 2**64, -(2**63) - 1)),
        lambda: int("9" * rng.choice((19, 40, 309, 4000))),
        lambda: rng.choice((float("nan"), float("inf"), -0.0, 1e-320, 1e308, 0.1 + 0.2)),
        lambda: rng.choice(TEXTS),
        lambda: rng.choice(TEXTS),
        lambda: rng.choice("aé\0\U0001f5a4") * size(rng, 1_000_000),
        lambda: _deep(rng),
        lambda: [rng.randint(-5, 300) for _ in range(rng.choice((1, 27, 28, 783, 784, 785)))],
        lambda: [list(rng.randbytes(28)) for _ in range(rng.choice((27, 28, 29)))],
        lambda: {str(rng.random()): 0 for _ in range(size(rng, 3000))},
        lambda: [0] * size(rng, 100_000),
        lambda: rng.randint(-(10**6), 10**6),
    ]
    if depth:
        kinds.append(lambda: [nasty(rng, depth - 1) for _ in range(rng.randint(1, 4))])
    return rng.choice(kinds)()


def _deep(rng: Random) -> Any:
    deep: Any = 0
    for _ in range(rng.choice((3, 30, 130, 255, 600, 900))):
        deep = [deep] if rng.random() < 0.9 else {"a": deep}
    return deep
