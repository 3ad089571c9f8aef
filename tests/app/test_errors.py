import pytest

from app import errors
from app.errors import ProblemError, TooMany, Unauthorized
from model.messages.en import SENTENCES


def test_the_exception_tree_in_the_docstring_is_the_real_one() -> None:
    drawn = errors.__doc__ or ""
    for kind in ProblemError.__subclasses__():
        line = next(line for line in drawn.splitlines() if f"── {kind.__name__} " in line)
        assert str(kind.status) in line


def test_every_public_error_is_exported() -> None:
    for kind in ProblemError.__subclasses__():
        assert kind.__name__ in errors.__all__


@pytest.mark.parametrize(("seconds", "header"), [(0.2, "1"), (12.1, "13")])
def test_retry_after_is_whole_seconds_rounded_up(seconds: float, header: str) -> None:
    error = TooMany("security.rate_limit", limit="1 per 1 day", retry_after=seconds)
    assert error.headers["Retry-After"] == header
    assert "1 per 1 day" in str(error)


def test_a_missing_key_is_asked_for_as_a_bearer() -> None:
    assert Unauthorized("security.wrong_key").headers == {"WWW-Authenticate": "Bearer"}


def test_every_status_has_its_title() -> None:
    assert {str(kind.status): kind("security.wrong_key").title for kind in NOT_LIMITED} == {
        code.removeprefix("title."): title
        for code, title in SENTENCES.items()
        if code.startswith("title.") and code[6:].isdigit() and code != "title.429"
    }
    assert TooMany("security.wrong_key", retry_after=1).title == "Too many requests"


NOT_LIMITED = [kind for kind in ProblemError.__subclasses__() if kind is not TooMany]
