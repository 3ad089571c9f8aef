"""Odd JSON and forms, queries and ids, for every call that takes one."""

from __future__ import annotations

import copy
import functools
import json
from random import Random
from typing import Any
from urllib.parse import quote

from benchmarks.fuzzing.cases import Case, request
from benchmarks.fuzzing.damage import TEXTS, damaged, nasty, size

__all__ = ["case"]

INK = [[255 if 12 < x < 16 and 4 < y < 24 else 0 for x in range(28)] for y in range(28)]
BOUNDARY = "x5UtrJk"
KINDS = [
    "application/json; charset=utf-16",
    "APPLICATION/JSON",
    "application/json;" + "a" * 3000,
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/mixed; boundary=x",
    "image/png",
    "application/octet-stream",
    "\u00e9",
    "",
]


@functools.cache
def calls() -> list[tuple[str, str, dict[str, Any]]]:
    """The method, the path and JSON that is fine, of everything that takes JSON."""
    train = {"preset": "fast", "epochs": 1, "train_examples": 1000, "hidden_layers": [8]}
    train |= {"learning_rate": 0.1, "seed": 3, "activation": "relu", "base_model": "pixels@30"}
    train |= {"samples": False}
    values = {"learning_rate": [0.1, 0.2], "hidden_layers": [[4], [8]]}
    return [
        ("POST", "/predict", {"pixels": INK}),
        ("POST", "/predict?details=true&digits=many", {"pixels": INK, "image": None}),
        ("POST", "/predict", {"image": "data:image/png;base64,iVBORw0KGgo="}),
        ("POST", "/predict/batch", {"pixels": [[grey for row in INK for grey in row], INK]}),
        ("POST", "/gradients", {"pixels": INK, "label": 1}),
        ("POST", "/gradients?learning_rate=0.1&test_digits=5", {"pixels": [INK], "labels": [1]}),
        ("POST", "/check", {"exercise": "1-42", "db2": [0.5, -0.5], "dW2": [[1, 2], [3, 4]]}),
        ("POST", "/check", {"exercise": "7-1", "gradients": {"db1": [1.0], "db2": None}}),
        ("POST", "/samples", {"pixels": INK, "label": 1, "strokes": [[[0.5, 0.1], [0.5, 1]], []]}),
        ("POST", "/train", train),
        ("POST", "/train/sweep", {"name": "many", "epochs": 1, "values": values}),
        ("PUT", "/models/active", {"model": "pixels"}),
    ]


def case(rng: Random) -> Case:
    """One request with an odd body, an odd head of it, or odd words around it."""
    match rng.randrange(10):
        case 0 | 1 | 2 | 3:
            return odd_json(rng)
        case 4:
            return odd_text(rng)
        case 5 | 6 | 7:
            return odd_form(rng)
    return odd_words(rng)


def odd_json(rng: Random) -> Case:
    """JSON of the right form, with odd values somewhere in it."""
    method, path, fine = rng.choice(calls())
    body = copy.deepcopy(fine)
    for _ in range(1 if rng.random() < 0.6 else rng.randint(2, 4)):
        put(rng, body)
    if rng.random() < 0.02:
        body |= {f"key {number}": number for number in range(size(rng, 50_000))}
    return Case(f"json, {path}", (request(method, path, dump(body)),))


def put(rng: Random, inner: Any) -> None:
    """Put an odd value at a place in the body, found by walking down from its top."""
    while True:
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        fresh = rng.choice(
            ("pixels", "label", "labels", "image", "strokes", "epochs", "name", "code", "\0")
        )
        if not keys or (isinstance(inner, dict) and rng.random() < 0.1):
            if isinstance(inner, dict):
                inner[fresh] = nasty(rng)
            return
        key = rng.choice(keys)
        deeper = inner[key]
        if isinstance(deeper, (dict, list)) and deeper and rng.random() < 0.6:
            inner = deeper
            continue
        if rng.random() < 0.15:
            del inner[key]
        else:
            inner[key] = nasty(rng)
        return


def dump(value: Any) -> bytes:
    """JSON with NaN, Infinity and lone surrogates, which the strict encoders refuse to write."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def odd_text(rng: Random) -> Case:
    """JSON damaged as text: its bytes, its encoding, its depth, its keys, its type."""
    method, path, fine = rng.choice(calls())
    body, kind = dump(fine), "application/json"
    match rng.randrange(7):
        case 0 | 1:
            body = damaged(rng, body, b'{"pixels":[1e9999999999,"\\ud800\\u0000",tRue,-,]}')
        case 2:
            text = body.decode()
            body = text.encode(rng.choice(("utf-16", "utf-16-be", "utf-32", "utf-8-sig", "cp1252")))
            body = damaged(rng, body) if rng.random() < 0.5 else body
        case 3:
            deep = rng.choice((130, 900, 1100, 10_000, 200_000))
            opened, shut = rng.choice((("[", "]"), ('{"a":', "}")))
            text = opened * deep + "0" + shut * (deep if rng.random() < 0.8 else 0)
            body = f'{{"{rng.choice(list(fine))}": {text}}}'.encode()
        case 4:
            key = rng.choice(list(fine))
            body = b"{" + b",".join([dump({key: nasty(rng)})[1:-1]] * size(rng, 30)) + b"}"
        case 5:
            digits = "9" * rng.choice((20, 310, 4301, 5000, 100_000))
            number = rng.choice((digits, f"-{digits}", f"0.{digits}", f"1e{digits}", f"{digits}.5"))
            body = f'{{"{rng.choice(list(fine))}": {number}}}'.encode()
        case _:
            kind = rng.choice(KINDS)
    return Case(f"text, {path}", (request(method, path, body, kind),))


def odd_form(rng: Random) -> Case:
    """A form with odd heads, names, parts and boundaries."""
    path = rng.choice(("/predict", "/gradients", "/models", "/samples", "/check", "/train"))
    names = [
        "image",
        "label",
        "weights",
        "samples",
        "name",
        "gradients",
        "exercise",
        "code",
        *TEXTS,
    ]
    parts = []
    for _ in range(rng.choice((1, 1, 2, 3, 16, 17, size(rng, 20_000)))):
        name = rng.choice(names[: 8 if rng.random() < 0.8 else None])
        name = name.encode("utf-8", "surrogatepass")
        quoted = rng.choice((b'"%b"', b'"%b"', b'"%b', b"%b", b"'%b'", b'"%b\\"')) % name
        line = rng.choice((b"Content-Disposition", b"content-disposition", b"Content-Type"))
        head = line + b": form-data; name=" + quoted
        if rng.random() < 0.3:
            head += rng.choice(
                (b'; filename="a"', b"; filename*=utf-8''a", b";;; =", b"\r\n x", b";")
            )
        if rng.random() < 0.1:
            filler = rng.choice((b"a", b'"', b"\\", b";", b" ", b"\r\n", b"=", b"; name"))
            head += b"; " + filler * size(rng, 5_000_000 // len(filler) // max(len(parts), 1))
        content = rng.choice(TEXTS).encode("utf-8", "surrogatepass") + rng.randbytes(size(rng, 99))
        blank = b"\r\n\r\n" if rng.random() < 0.95 else rng.choice((b"\n\n", b"\r\n", b""))
        parts.append(b"--" + BOUNDARY.encode() + b"\r\n" + head + blank + content + b"\r\n")
    body = b"".join(parts)[:5_200_000] + b"--" + BOUNDARY.encode() + b"--\r\n"
    if rng.random() < 0.4:
        body = damaged(rng, body, b"--x5UtrJk\r\n\r\n--")
    others = (f'"{BOUNDARY}"', "", '"', "x" * 80, "x", " ", "é", BOUNDARY + "; charset=x")
    boundary = BOUNDARY if rng.random() < 0.8 else rng.choice(others)
    kind = f"multipart/form-data; boundary={boundary}"
    return Case(f"form of {len(parts)}, {path}", (request("POST", path, body, kind),))


def odd_words(rng: Random) -> Case:
    """Ids, queries and heads of any text."""

    def word() -> str:
        text = rng.choice((*TEXTS, str(nasty(rng, 0))[: rng.choice((20, 5000))]))
        return quote(text.encode("utf-8", "surrogatepass"), safe=rng.choice(("", "/@", "?&=")))

    id, query = word(), word()
    names = ["limit", "cursor", "state", "sweep", "model", "details", "digits", "label", "format"]
    names += ["learning_rate", "test_digits", "check", "full", "level", "seed", "sheets", "worst"]
    names += ["digit", "epochs", "planted", "solution", "convention", word()]
    asked = "&".join(f"{rng.choice(names)}={word()}" for _ in range(rng.choice((0, 1, 1, 2, 5))))
    method, path = rng.choice(
        (
            ("GET", f"/models/{id}"),
            ("GET", f"/models/{id}/weights"),
            ("GET", f"/models/{id}/snapshots"),
            ("GET", f"/models/{id}/evaluation"),
            ("GET", f"/train/{id}"),
            ("GET", f"/train/{id}/events"),
            ("GET", f"/train/{id}/snapshots"),
            ("POST", f"/train/{id}/pause"),
            ("POST", f"/train/{id}/resume"),
            ("DELETE", f"/train/{id}"),
            ("DELETE", f"/models/{id}"),
            ("DELETE", "/train"),
            ("GET", "/train"),
            ("GET", "/models"),
            ("GET", "/samples"),
            ("GET", f"/samples/{id}"),
            ("DELETE", f"/samples/{id}"),
            ("GET", "/exercise"),
            ("GET", "/worksheet"),
            ("GET", f"/digits/{id}"),
            ("GET", f"/{id}"),
            ("POST", "/predict"),
            ("POST", "/gradients"),
        )
    )
    body = dump({"pixels": INK, "label": 1}) if method == "POST" else b""
    heads = ["Accept", "Last-Event-ID", "Idempotency-Key", "If-None-Match", "X-API-Key", "Range"]
    heads += ["Authorization", "X-Request-ID", "Accept-Encoding", "Cookie", "Expect", "Origin"]
    line = f"{rng.choice(heads)}: {rng.choice((query, '*/*;q=' + query, 'Bearer ' + query))}"
    more = [line] if rng.random() < 0.5 else []
    target = f"{path}?{asked}" if asked else path
    sent = request(method, target, body, "application/json", *more)
    return Case(f"words, {method} {target[:60]}", (sent,))
