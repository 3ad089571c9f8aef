import pytest
from fastapi import Request

from app.errors import Invalid, NotAcceptable
from app.routes import options


def request(query: str = "", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "query_string": query.encode(), "headers": raw})


@pytest.mark.parametrize("text", ["true", "True", "1", "yes", "on"])
def test_ways_to_say_yes(text: str) -> None:
    assert options.flag(request(f"full={text}"), "full") is True


@pytest.mark.parametrize("query", ["", "full=false", "full=0", "other=true"])
def test_ways_to_say_no(query: str) -> None:
    assert options.flag(request(query), "full") is False


def test_numbers_are_read_and_held_to_their_range() -> None:
    assert options.positives(request("a=0.5&a=1"), "a", most=1, how_many=2) == [0.5, 1]
    assert options.positives(request(), "a", most=1, how_many=2) == []
    with pytest.raises(Invalid, match="up to 1, found '2'"):
        options.positives(request("a=1&a=2"), "a", most=1, how_many=2)
    with pytest.raises(Invalid, match="up to 2 numbers, found 3"):
        options.positives(request("a=1&a=1&a=1"), "a", most=1, how_many=2)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("image/png", "image/png"),
        ("image/*", "image/png"),
        ("*/*;q=0.1, image/png", "image/png"),
        ("image/png;q=0.9, application/json", "application/json"),
        ("application/json;q=0, */*", "image/png"),
        ("IMAGE/PNG", "image/png"),
        ("image/png;q=high", "image/png"),
    ],
)
def test_the_preferred_offer_wins(accept: str | None, expected: str) -> None:
    headers = {} if accept is None else {"accept": accept}
    assert options.preferred(request(**headers), "application/json", "image/png") == expected


def test_no_offer_that_is_wanted_is_an_error() -> None:
    with pytest.raises(NotAcceptable, match="text/html"):
        options.preferred(request(accept="text/html"), "application/json")


def test_etags_are_compared_whole() -> None:
    assert options.unchanged(request(if_none_match='"abc"'), '"abc"')
    assert not options.unchanged(request(if_none_match='"abcd"'), '"abc"')
    assert not options.unchanged(request(), '"abc"')


@pytest.mark.parametrize(
    ("accepted", "gzip"),
    [
        ("", False),
        ("gzip", True),
        ("deflate, GZip;q=0.1", True),
        ("x-gzip", True),
        ("*", True),
        ("br, *;q=0.5", True),
        ("identity;q=0, gzip;q=1", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
        ("*;q=0, gzip", True),
        ("identity", False),
        ("gzipped, not-gzip", False),
        (",;,;q=", False),
    ],
)
def test_gzip_is_sent_to_whom_it_is_acceptable(accepted: str, gzip: bool) -> None:
    assert options.accepts_gzip(accepted) is gzip
