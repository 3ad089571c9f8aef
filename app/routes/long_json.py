"""Parses long JSON, one list of numbers after the other, so that it costs no more than it weighs.

A parser that reads all of it at once makes thirty bytes of each byte of "[],[],…" or of "-9,-9,…",
and nothing else of the process runs meanwhile. Here the lists of numbers are cut out, each is
parsed by itself and kept as bytes or doubles, and what is left of the body is short.
"""

from __future__ import annotations

import re
from array import array
from typing import Any

import orjson
from pydantic_core import from_json

from app.errors import Invalid

__all__ = ["LISTS", "parse", "parse_long"]

LISTS = (list, bytearray, array)  # what a JSON list may be once it is parsed

LONGEST = 64 * 1024  # bytes of one list of numbers: an image has 3,000
DEEPEST = 6  # lists and objects within one another, besides lists of numbers
FREE_PARTS, BYTES_PER_PART = 1000, 24  # a row of 28 numbers has 57 bytes at least

_NUMBERS_FROM_HERE = re.compile(rb"\[[ \t\r\n]*+(?=[-0-9])")
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_OF_NUMBERS = b"0123456789+-.eE, \t\r\n]NaInfity"  # with NaN and Infinity, to be named later


def parse(body: bytes) -> Any:
    """Parse JSON, NaN and Infinity included. Raises ValueError."""
    try:
        return orjson.loads(body)
    except ValueError:
        # orjson refuses NaN and Infinity; this parser takes them, and the pixel check names them.
        return from_json(body)


def parse_long(body: bytes) -> Any:
    """The same, with each list of numbers as a bytearray, if they fit, or an array of doubles.

    Raises Invalid for more lists, objects and strings than so long a body has in earnest.
    """
    _expect_few(body, b'[{"', len(body))
    rest, numbers = _cut(body)
    _expect_few(rest, b'[{",', len(body))
    return _filled(parse(rest), numbers, DEEPEST)


def _expect_few(text: bytes, parts: bytes, length: int) -> None:
    most = FREE_PARTS + length // BYTES_PER_PART
    if sum(text.count(part) for part in parts) > most:
        raise Invalid("request.json_parts", most=most)


def _cut(body: bytes) -> tuple[bytes, list[bytearray | array[float]]]:
    """The body with [place] for each list of numbers, and these lists."""
    kept: list[bytes] = []
    numbers: list[bytearray | array[float]] = []
    at = 0
    bracket, quote = body.find(b"["), body.find(b'"')
    while bracket >= 0:
        if 0 <= quote < bracket:
            end = _string_end(body, quote)
            quote = body.find(b'"', end)
            bracket = body.find(b"[", end) if bracket < end else bracket
        elif _NUMBERS_FROM_HERE.match(body, bracket):
            end = body.find(b"]", bracket, bracket + LONGEST) + 1
            if not end and bracket + LONGEST >= len(body):
                break  # it has no end: no JSON
            if not end:
                raise Invalid("request.json_list", most=LONGEST)
            kept += [body[at:bracket], b"[%d]" % len(numbers)]
            numbers.append(_numbers(body[bracket:end]))
            at = end
            bracket = body.find(b"[", end)
            quote = body.find(b'"', end) if 0 <= quote < end else quote
        else:
            bracket = body.find(b"[", bracket + 1)
    return b"".join([*kept, body[at:]]), numbers


def _string_end(body: bytes, quote: int) -> int:
    """The place behind the string that starts here; the end of the body if it has no end."""
    end = body.find(b'"', quote + 1)
    if end > 0 and body[end - 1 : end] != b"\\":  # regular expressions take ten times as long
        return end + 1
    found = _STRING.match(body, quote)
    return found.end() if found else len(body)


def _numbers(text: bytes) -> bytearray | array[float]:
    if text[1:].translate(None, _OF_NUMBERS):
        raise Invalid("request.json_numbers")
    values = parse(text)
    try:
        return bytearray(values)
    except (TypeError, ValueError):
        pass
    try:
        return array("d", values)
    except OverflowError:
        raise ValueError("number out of range") from None


def _filled(value: Any, numbers: list[bytearray | array[float]], depth: int) -> Any:
    """The value with the lists of numbers at their places."""
    if isinstance(value, list) and len(value) == 1 and type(value[0]) is int:
        return numbers[value[0]]
    if isinstance(value, list | dict) and not depth:
        raise Invalid("request.json_deep", most=DEEPEST)
    if isinstance(value, list):
        return [_filled(each, numbers, depth - 1) for each in value]
    if isinstance(value, dict):
        return {name: _filled(each, numbers, depth - 1) for name, each in value.items()}
    return value
