"""Odd HTTP/1.1: heads, chunks, requests in a row, and requests that are never finished."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

from benchmarks.fuzzing.bodies import INK
from benchmarks.fuzzing.cases import Case, request
from benchmarks.fuzzing.damage import damaged, size

__all__ = ["case"]

BODY = json.dumps({"pixels": INK}).encode()
FINE = [
    request("GET", "/healthz"),
    request("GET", "/models?limit=1"),
    request("HEAD", "/"),
    request("OPTIONS", "*"),
    request("POST", "/predict", BODY),
    request("POST", "/predict", BODY, "application/json", "Expect: 100-continue"),
    request("POST", "/train", b"{}"),
    request("GET", "/", b"", "", "Connection: close", "Accept-Encoding: gzip"),
]


def case(rng: Random) -> Case:
    """One connection's bytes."""
    match rng.randrange(8):
        case 0:
            return Case("damaged", (damaged(rng, rng.choice(FINE), b"\r\n\r\nGET / HTTP/1.1\r\n"),))
        case 1 | 2:
            return odd_head(rng)
        case 3:
            return odd_chunks(rng)
        case 4:
            return in_a_row(rng)
        case 5 | 6:
            return unfinished(rng)
    return in_pieces(rng)


def odd_head(rng: Random) -> Case:
    """A start line or header lines as no client writes them."""
    method = rng.choice(
        ("GET", "POST", "get", "PUT", "CONNECT", "TRACE", "PRI", "G" * 60, "", "GE T")
    )
    long = rng.choice("a/%?&=#é\\") * size(rng, 200_000 if rng.random() < 0.9 else 5_000_000)
    target = rng.choice(
        (
            "/healthz",
            "/predict",
            "*",
            "//",
            "http://a/healthz",
            "healthz",
            "",
            "/%",
            "/%zz",
            "/\\..",
            "/\0",
        )
    )
    target += long if rng.random() < 0.2 else ""
    version = rng.choice(
        ("HTTP/1.1",) * 9 + ("HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "HTTP/9.9", "http/1.1", "")
    )
    digits = rng.choice(
        ("5", "0", "-1", "+5", "0x5", "5, 5", "5 5", " ", "9" * 20, "0" * 5000 + "5", "٣")
    )
    odd = [
        f"Content-Length: {digits}",
        f"Content-Length: {digits}\r\nContent-Length: 6",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        f"Transfer-Encoding: {rng.choice(('gzip', 'gzip, chunked', 'chunked, gzip', 'xchunked'))}",
        "Host: a\r\nHost: b",
        "Connection: upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
        "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==",
        "Connection: " + rng.choice(("close", "keep-alive", "close, keep-alive", "x" * 9000)),
        "Expect: " + rng.choice(("100-continue", "200-ok")),
        "X-A: " + long,
        "X-" + long.replace("é", "e") + ": a",
        "\r\n".join(f"X-{number}: a" for number in range(size(rng, 20_000))),
        " folded",
        "X-A: a\r\n\tb",
        "X-A: \0",
        "X-A : a",
        ": a",
        "X-A\r\n",
        "Range: bytes=" + ",".join(["0-"] * size(rng, 5000)),
        "Accept: " + ",".join(["a/b;q=0.1"] * size(rng, 20_000)),
        "Accept-Encoding: " + rng.choice(("gzip;q=0", "gzip;q=x", "*;q=0", "identity;q=0")),
        "Cookie: " + "a=b;" * size(rng, 5000),
    ]
    end = rng.choice(("\r\n",) * 8 + ("\n", "\r", "\r\r\n"))
    lines = [f"{method} {target} {version}", "Host: localhost", *rng.sample(odd, rng.randint(0, 2))]
    head = end.join([*lines, "", ""]).encode("utf-8", "replace")
    return Case(f"head, {lines[-1][:40]!r}", (head + rng.choice((b"", b"hello", BODY)),))


def odd_chunks(rng: Random) -> Case:
    """A chunked body: sizes, extensions and trailers that do not fit."""
    head = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head += rng.choice(
        (b"Transfer-Encoding: chunked\r\n\r\n", b"Transfer-encoding:\tChunked\r\n\r\n")
    )
    chunks, rest = [], BODY
    step = rng.choice((1, 7, 100, 5000))
    while rest:
        piece, rest = rest[:step], rest[step:]
        told = b"%x" % len(piece)
        if rng.random() < 2 / (len(BODY) // step + 1):
            odd = (b"0", b"-1", b"0x5", b"f" * 16, b"f" * 17, b"0" * 5000 + b"5", b"", b" 5", b"g")
            told = rng.choice((*odd, told + b";a=b", told + b";" + b"a" * size(rng, 300_000)))
        chunks.append(told + b"\r\n" + piece + rng.choice((b"\r\n",) * 400 + (b"\n", b"")))
    long = b"X: " + b"a" * size(rng, 300_000) + b"\r\n"
    trailer = rng.choice((b"", b"", b"X: a\r\n", long, b"\0"))
    data = head + b"".join(chunks) + b"0\r\n" + trailer + rng.choice((b"\r\n", b"\r\n", b""))
    if rng.random() < 0.3:
        data = head + damaged(rng, data[len(head) :])
    return Case("chunks", (data,))


def in_a_row(rng: Random) -> Case:
    """Requests sent without waiting for answers; one of them may be damaged."""
    many = size(rng, 60 if rng.random() < 0.95 else 20_000)
    few = rng.sample(FINE[:3] if many > 60 else FINE, 2)
    requests = [rng.choice(few) for _ in range(many)]
    if rng.random() < 0.3:
        requests.insert(rng.randrange(many), damaged(rng, rng.choice(FINE)))
    return Case(f"{many} in a row", (b"".join(requests),))


def unfinished(rng: Random) -> Case:
    """A request cut anywhere, and then a reset, or silence."""
    whole = rng.choice((odd_head, odd_chunks, in_a_row))(rng) if rng.random() < 0.4 else None
    data = b"".join(whole.pieces) if whole else rng.choice(FINE)
    data = data[: rng.randrange(len(data) + 1)]
    if rng.random() < 0.2:
        promised = rng.choice((1, 100, 5_000_000))
        data = request("POST", rng.choice(("/predict", "/train", "/nowhere")), b"x" * promised)[:-1]
    ending = "hold" if rng.random() < 0.05 else "abort"
    return Case("unfinished, then " + ending, (data,), ending=ending)


def in_pieces(rng: Random) -> Case:
    """Any of the others, arriving bit by bit."""
    whole = rng.choice((odd_head, odd_chunks, in_a_row))(rng)
    data, pieces = b"".join(whole.pieces), []
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(data) + 1)
        pieces.append(data[:place])
        data = data[place:]
    return replace(whole, label=f"in pieces: {whole.label}", pieces=(*pieces, data))
